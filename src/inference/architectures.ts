import { UnsupportedModelError } from "../errors/index.js";
import type { ClassifierName, EncoderName } from "../architectures/architecture-names.js";
import { describeBert, describeDistilBert, describeElectra, describeRoberta } from "../architectures/bert/index.js";
import { describeModernBert } from "../architectures/modernbert/index.js";
import type { Architecture, ConfigSource } from "../architectures/shared/index.js";

type DescribeArchitecture = (config: unknown, source: ConfigSource) => Architecture;

/**
 * By the class name that `architectures` of `config.json` holds. A new architecture is a line here, its name in
 * `architecture-names.ts`, and a folder.
 */
const classifiers = new Map<string, DescribeArchitecture>(
  Object.entries({
    ModernBertForSequenceClassification: describeModernBert,
    BertForSequenceClassification: describeBert,
    RobertaForSequenceClassification: describeRoberta,
    XLMRobertaForSequenceClassification: describeRoberta,
    DistilBertForSequenceClassification: describeDistilBert,
    ElectraForSequenceClassification: describeElectra,
  } satisfies Record<ClassifierName, DescribeArchitecture>),
);

/** The same of encoders, whose head is a chain of modules. */
const encoders = new Map<string, DescribeArchitecture>(
  Object.entries({ ModernBertModel: describeModernBert } satisfies Record<EncoderName, DescribeArchitecture>),
);

/**
 * @param source - With the head that modules make up, if they do: the architecture is then an encoder's.
 * @throws {UnsupportedModelError} If there is no such architecture here.
 */
export function describeArchitecture(name: string, config: unknown, source: ConfigSource): Architecture {
  const architectures = source.head === undefined ? classifiers : encoders;
  const describe = architectures.get(name);
  if (describe !== undefined) return describe(config, source);
  const supported = [...architectures.keys()];
  throw new UnsupportedModelError(
    `${source.path}: architectures must be ${supported.join(" or ")}, got ${name}. crossrank cannot build its graph; ` +
      `such a model runs only where it has an ONNX file (onnx/model.onnx).`,
    { field: "architectures", value: name, supported },
  );
}
