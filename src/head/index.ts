export { addHead, type HeadLayers } from "./add-head.js";
export {
  headWeightShapes,
  inputSizeOf,
  outputSizeOf,
  type DenseStep,
  type Head,
  type HeadActivation,
  type HeadStep,
  type NormStep,
  type Pooling,
} from "./head.js";
