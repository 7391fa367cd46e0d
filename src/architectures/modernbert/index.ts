export { describeModernBert } from "./describe-modernbert.js";
