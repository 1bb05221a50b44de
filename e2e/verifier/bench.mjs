// How long the same takes with jose on Node.js, in one process and without any network: node bench.mjs SECONDS
// Prints {"issued": /s, "verified": /s, "presented": /s}.

import {generateKeyPair, jwtVerify, SignJWT} from 'jose';

const seconds = Number(process.argv[2] ?? 3);
const {privateKey, publicKey} = await generateKeyPair('ES256');
const [US, THEM] = ['did:web:us.example', 'did:web:them.example'];

function token(claims = {}) {
  return new SignJWT({token: 'access', jti: crypto.randomUUID(), ...claims})
    .setProtectedHeader({alg: 'ES256', kid: `${THEM}#key-1`, typ: 'JWT'})
    .setIssuer(THEM).setSubject(THEM).setAudience(US).setIssuedAt().setExpirationTime('5m').sign(privateKey);
}

function verify(jwt) {
  return jwtVerify(jwt, publicKey, {audience: US, issuer: THEM, subject: THEM, typ: 'JWT', algorithms: ['ES256']});
}

async function rate(work) {
  await work();
  const begun = performance.now();
  let done = 0;
  while(performance.now() - begun < seconds * 1000) {
    for(let round = 0; round < 50; round++) {
      await work();
    }
    done += 50;
  }
  return done / (performance.now() - begun) * 1000;
}

const one = await token();
const credential = await token({vc: {type: ['VerifiableCredential', 'MembershipCredential'], credentialSubject: {id: THEM}}});
const presentation = await token({vp: {type: ['VerifiablePresentation'], verifiableCredential: [credential]}});
const figures = {issued: await rate(token), verified: await rate(() => verify(one))};
// A presentation with one credential; without its status, its schema and the documents of who signed.
figures.presented = await rate(async () => {
  const {payload} = await verify(presentation);
  await verify(payload.vp.verifiableCredential[0]);
});
process.stdout.write(`${JSON.stringify(figures)}\n`);
