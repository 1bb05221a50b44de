// Checks files of vectors: node vectors.mjs FILE…  Prints what differs, and a line that counts; ends with 1 if anything does.

import {readFile} from 'node:fs/promises';
import {Judge} from './judge.mjs';

let agree = 0;
let differ = 0;
for(const file of process.argv.slice(2)) {
  const {vectors, ...known} = JSON.parse(await readFile(file));
  const judge = new Judge(known);
  for(const {name, valid, credential, jwt} of vectors) {
    const reason = await (credential ? judge.embedded(credential) : judge.jwt(jwt)).then(() => null, error => error.message);
    if((reason === null) === valid) {
      agree += 1;
    } else {
      differ += 1;
      console.log(`${file}: ${name}: ${valid ? `refused: ${reason}` : 'accepted, and should not be'}`);
    }
  }
}
console.log(`vectors: ${agree} agree, ${differ} differ`);
process.exitCode = differ === 0 && agree > 0 ? 0 : 1;
