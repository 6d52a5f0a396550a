/**
 * TEST MATERIAL, NOT A SECRET. A certificate for `api.anthropic.com`, signed by a certificate authority that exists for
 * drills only and whose key was thrown away. It is worth nothing anywhere: no machine trusts this authority unless it
 * is told to, and the drill tells only its own agent, in its throw-away home (NODE_EXTRA_CA_CERTS). Valid from 2020 to
 * 2120, so that no drill fails on a date.
 */

export const authorityCertificate = `
-----BEGIN CERTIFICATE-----
MIIBzTCCAXSgAwIBAgIURoQ2EmPbPW2gAlU5Ad3bBUhXDd0wCgYIKoZIzj0EAwIw
RDFCMEAGA1UEAww5Z3VhcmRlZC1jbGF1ZGUgZHJpbGwgQ0EgKHRlc3QgbWF0ZXJp
YWwsIHRydXN0IGl0IG5vd2hlcmUpMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAx
MDAwMDAwWjBEMUIwQAYDVQQDDDlndWFyZGVkLWNsYXVkZSBkcmlsbCBDQSAodGVz
dCBtYXRlcmlhbCwgdHJ1c3QgaXQgbm93aGVyZSkwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATct+ihkr4CL0hyaCBAVEKxsBBJjn8tz5+Cd7MnlELou1KgZbvtrisZ
1kuqGaWpN20gufFelvU9cBI1S6IgmliLo0IwQDAPBgNVHRMBAf8EBTADAQH/MA4G
A1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUovivcFo0Eak8HuOSvq6U0NohuzcwCgYI
KoZIzj0EAwIDRwAwRAIgTvR4+DUo3boP/rbxPOSP0MuodtZtY1XvTILH64jXevgC
IATVOVZU9P9bKyzIwjY38Q0xNttFrz0dVZDLexA/dAC7
-----END CERTIFICATE-----
`.trimStart();

export const standInCertificate = `
-----BEGIN CERTIFICATE-----
MIICFTCCAbugAwIBAgIUYLP7gnYIl9bLWtn0U1GYzMJGQwAwCgYIKoZIzj0EAwIw
RDFCMEAGA1UEAww5Z3VhcmRlZC1jbGF1ZGUgZHJpbGwgQ0EgKHRlc3QgbWF0ZXJp
YWwsIHRydXN0IGl0IG5vd2hlcmUpMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAx
MDAwMDAwWjAtMSswKQYDVQQDDCJhcGkuYW50aHJvcGljLmNvbSAoZHJpbGwgc3Rh
bmQtaW4pMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEa7vi2Oax4HjzPYrva+Y
tcoAFdmzVaBHMXp2lI2tfW3nmKJ9hDRBU8kzvAq8UQqZzjE3lOO4bdot8G67s4kN
16OBnzCBnDAJBgNVHRMEAjAAMAsGA1UdDwQEAwIHgDATBgNVHSUEDDAKBggrBgEF
BQcDATAtBgNVHREEJjAkghFhcGkuYW50aHJvcGljLmNvbYIJbG9jYWxob3N0hwR/
AAABMB0GA1UdDgQWBBR0OKGSeStTYgcFN+UU8CJUz//zZDAfBgNVHSMEGDAWgBSi
+K9wWjQRqTwe45K+rpTQ2iG7NzAKBggqhkjOPQQDAgNIADBFAiB+XmaAV8yxKdsU
OKBHBtQCC86tTYoQuw5eS5yDLRY8QQIhALdLcJ8ByrAGe6AvrSuQuu5NsiTxt0qz
e0OdCvjVUifq
-----END CERTIFICATE-----
`.trimStart();

export const standInKey = `
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJ3PJYxkGhkx91Ucy
ui0Ti4b99Ox33w/aPHW+wPfD1PahRANCAAQRru+LY5rHgePM9iu9r5i1ygAV2bNV
oEcxenaUja19beeYon2ENEFTyTO8CrxRCpnOMTeU47ht2i3wbruziQ3X
-----END PRIVATE KEY-----
`.trimStart();
