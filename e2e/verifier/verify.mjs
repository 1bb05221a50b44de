// Reads a request from standard input, judges what it asks, and writes a verdict for each as JSON:
//   {"documents": {did: document}, "lists": {url: list}, "now": time,
//    "checks": [{"name", "credential": {…}} | {"name", "jwt": "…"} | {"name", "nquads": "…", "digest": "…"}]}
//   [{"name", "verified": true | false, "reason": "…"}]

import {text} from 'node:stream/consumers';
import {Judge} from './judge.mjs';

const {checks, ...known} = JSON.parse(await text(process.stdin));
const judge = new Judge(known);
const verdicts = [];
for(const {name, credential, jwt, nquads, digest} of checks) {
  try {
    await (credential ? judge.embedded(credential) : jwt ? judge.jwt(jwt) : judge.digest({nquads, digest}));
    verdicts.push({name, verified: true});
  } catch(error) {
    verdicts.push({name, verified: false, reason: error?.message ?? String(error)});
  }
}
process.stdout.write(`${JSON.stringify(verdicts)}\n`);
