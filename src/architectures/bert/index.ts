import { describeFamily } from "./describe-bert.js";
import { bert, distilBert, electra, roberta } from "./families.js";

export const describeBert = describeFamily(bert);
export const describeDistilBert = describeFamily(distilBert);
export const describeElectra = describeFamily(electra);
export const describeRoberta = describeFamily(roberta);
