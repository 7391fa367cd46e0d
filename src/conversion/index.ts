export { convertToInt8, type ConvertedModel } from "./convert-to-int8.js";
