export {
  convertToStandardLayout,
  type ConversionOptions,
  type ConvertedModel,
  type StandardDtype,
} from "./convert-to-standard-layout.js";
