export { convertToInt8, type Int8Model } from "./convert-to-int8.js";
export { convertToStandardLayout, type StandardDtype } from "./convert-to-standard-layout.js";
