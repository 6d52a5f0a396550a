/** The rigs' tests take minutes and are small files, which vitest would start last, with the other workers at rest. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

export default class RigsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isOfRig = ({ moduleId }: TestSpecification) => moduleId.includes('/test/rig/');
    const sorted = await super.sort(files);
    return [...sorted.filter(isOfRig), ...sorted.filter((file) => !isOfRig(file))];
  }
}
