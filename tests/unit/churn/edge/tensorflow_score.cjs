// Prints what TensorFlow.js makes of the rows of a request: node tensorflow_score.cjs TF.min.js REQUEST.json WEB
const fs = require("fs");
const [library, request, web] = process.argv.slice(2);
console.warn = () => {}; // the advice to install a backend in C++
const tf = require(library);

async function main() {
  await tf.setBackend("cpu");
  const { modelTopology, weightsManifest: [{ paths: [path], weights }] } = JSON.parse(fs.readFileSync(`${web}/model.json`));
  const weightData = new Uint8Array(fs.readFileSync(`${web}/${path}`)).buffer;
  const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: weights, weightData }));
  const { X } = JSON.parse(fs.readFileSync(request));
  console.log(JSON.stringify(Array.from(await model.predict(tf.tensor2d(X)).data())));
}
main();
