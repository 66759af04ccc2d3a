// A customer's score, computed in this browser. A customer is an object of texts, as a form holds them.
import * as ort from "./runtime/ort.wasm.min.mjs";

ort.env.wasm.numThreads = 1; // more would need headers that a plain server of files does not send
export const settings = await (await fetch("settings.json")).json();
const session = await ort.InferenceSession.create("model.onnx");

export async function score(customer) {
  const feed = {};
  for (const field of settings.fields) feed[field.name] = tensor(field, customer[field.name]);
  const { probabilities } = await session.run(feed);
  return probabilities.data[1];
}

function tensor({ name, kind, allowed, low, high = Infinity }, text = "") {
  if (allowed && !allowed.map(String).includes(text)) throw new Error(`${name}: no such value`);
  if (kind === "string") return new ort.Tensor("string", [text], [1, 1]);
  const number = text.trim() === "" ? NaN : Number(text);
  const fits = kind === "int64" ? Number.isInteger(number) : Number.isFinite(number);
  // A model would compute with anything, also with a number that is none.
  if (!fits || number < low || number > high) throw new Error(`${name}: not a possible number`);
  if (kind === "int64") return new ort.Tensor("int64", BigInt64Array.of(BigInt(number)), [1, 1]);
  return new ort.Tensor("float32", Float32Array.of(number), [1, 1]);
}
