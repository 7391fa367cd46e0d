export { availableCores } from "./available-cores.js";
