// Makes e2e/vectors/others.json: credentials of data model 2.0 by a fixed key, good and bad, made without any code of
// Symbolon's. Every signature is Ed25519 and so the same at each run. Usage: node make.mjs > others.json

import {CompactSign, importJWK} from 'jose';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {BitstringStatusList} from '@digitalbazaar/vc-bitstring-status-list';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as vc from '@digitalbazaar/vc';
import {Judge} from './judge.mjs';

const NOW = '2026-06-01T00:00:00Z';
const CREATED = '2026-05-01T00:00:00Z';
const VC_2 = 'https://www.w3.org/ns/credentials/v2';
const CATENA_X = 'https://w3id.org/catenax/credentials/v1.0.0';
const ISSUER = 'did:web:issuer.example';
const OTHER = 'did:web:other.example';
const HOLDER = 'did:web:holder.example';
const LIST = 'https://issuer.example/status/';

const keys = {};
const documents = {};

async function party(did, first, assertion = ['key-1']) {
  const methods = [];
  for(const [at, fragment] of ['key-1', 'key-2'].entries()) {
    const seed = Uint8Array.from({length: 32}, (_, index) => first + at * 32 + index);
    const id = `${did}#${fragment}`;
    const key = await Ed25519Multikey.generate({id, controller: did, seed});
    const publicKeyJwk = await Ed25519Multikey.toJwk({keyPair: key});
    keys[id] = {key, jwk: {...publicKeyJwk, d: Buffer.from(seed).toString('base64url')}};
    methods.push({id, type: 'JsonWebKey2020', controller: did, publicKeyJwk});
  }
  documents[did] = {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/suites/jws-2020/v1'], id: did,
    verificationMethod: methods, authentication: [`${did}#key-2`],
    assertionMethod: assertion.map(fragment => `${did}#${fragment}`)
  };
}

function credential(members = {}) {
  return {
    '@context': [VC_2, CATENA_X], id: 'urn:uuid:00000000-0000-4000-8000-000000000001',
    type: ['VerifiableCredential', 'MembershipCredential'], issuer: ISSUER,
    validFrom: '2026-01-01T00:00:00Z', validUntil: '2027-01-01T00:00:00Z',
    credentialSubject: {id: HOLDER, holderIdentifier: 'BPNL000000000H01', memberOf: 'Example'}, ...members
  };
}

function status(purpose, index) {
  return {credentialStatus: {id: `${LIST}${purpose}#${index}`, type: 'BitstringStatusListEntry', statusPurpose: purpose,
    statusListIndex: String(index), statusListCredential: `${LIST}${purpose}`}};
}

async function embedded(unsigned, kid = `${ISSUER}#key-1`) {
  const suite = new DataIntegrityProof({signer: {...keys[kid].key.signer(), id: kid}, cryptosuite, date: CREATED});
  const judge = new Judge({documents, now: NOW});
  return vc.issue({credential: structuredClone(unsigned), suite, documentLoader: judge.documentLoader, now: NOW});
}

async function jwt(payload, kid = `${ISSUER}#key-1`, header = {}) {
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  const signer = new CompactSign(bytes).setProtectedHeader({alg: 'EdDSA', kid, typ: 'vc+jwt', cty: 'vc', ...header});
  return signer.sign(await importJWK(keys[kid].jwk, 'EdDSA'));
}

function altered(signed, change) {
  const copy = structuredClone(signed);
  change(copy);
  return copy;
}

function alteredJwt(compact, change) {
  const [head, body, signature] = compact.split('.');
  const payload = altered(JSON.parse(Buffer.from(body, 'base64url')), change);
  return [head, Buffer.from(JSON.stringify(payload)).toString('base64url'), signature].join('.');
}

async function list(purpose, set) {
  const bits = new BitstringStatusList({length: 131072});
  set.forEach(index => bits.setStatus(index, true));
  // The compressor's header names the system that it ran on: the bits are the same everywhere, their packing is not.
  return jwt({'@context': [VC_2], id: `${LIST}${purpose}`, type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer: ISSUER, validFrom: '2026-01-01T00:00:00Z', credentialSubject: {id: `${LIST}${purpose}#list`,
      type: 'BitstringStatusList', statusPurpose: purpose, encodedList: await bits.encode()}});
}

await party(ISSUER, 0);
await party(OTHER, 64);
const lists = {[`${LIST}revocation`]: await list('revocation', [7]), [`${LIST}suspension`]: await list('suspension', [8])};
const proved = await embedded(credential());
const token = await jwt(credential());
const vectors = [];
const add = (name, valid, secured) => vectors.push({name, valid, ...secured});

add('embedded', true, {credential: proved});
add('jwt', true, {jwt: token});
add('embedded: not revoked', true, {credential: await embedded(credential(status('revocation', 6)))});
add('embedded: revoked', false, {credential: await embedded(credential(status('revocation', 7)))});
add('embedded: suspended', false, {credential: await embedded(credential(status('suspension', 8)))});
add('jwt: not revoked', true, {jwt: await jwt(credential(status('revocation', 6)))});
add('jwt: revoked', false, {jwt: await jwt(credential(status('revocation', 7)))});
add('embedded: subject altered', false,
  {credential: altered(proved, copy => { copy.credentialSubject.holderIdentifier = 'BPNL000000000H02'; })});
add('embedded: time of the proof altered', false,
  {credential: altered(proved, copy => { copy.proof.created = '2026-05-02T00:00:00Z'; })});
add('embedded: validity extended', false,
  {credential: altered(proved, copy => { copy.validUntil = '2037-01-01T00:00:00Z'; })});
add('embedded: for authentication', false,
  {credential: altered(proved, copy => { copy.proof.proofPurpose = 'authentication'; })});
add('jwt: subject altered', false,
  {jwt: alteredJwt(token, copy => { copy.credentialSubject.id = OTHER; })});
add('embedded: key only for authentication', false,
  {credential: await embedded(credential(), `${ISSUER}#key-2`).catch(() => null) ?? altered(proved, copy => {
    copy.proof.verificationMethod = `${ISSUER}#key-2`;
  })});
add('jwt: key only for authentication', false, {jwt: await jwt(credential(), `${ISSUER}#key-2`)});
add('jwt: key of another party', false, {jwt: await jwt(credential(), `${OTHER}#key-1`)});
add('embedded: key of another party', false, {credential: await embedded(credential(), `${OTHER}#key-1`)});
add('jwt: expired', false, {jwt: await jwt(credential({validUntil: '2026-05-01T00:00:00Z'}))});
add('jwt: not yet valid', false, {jwt: await jwt(credential({validFrom: '2026-07-01T00:00:00Z'}))});

process.stdout.write(`${JSON.stringify({now: NOW, documents, lists, vectors}, null, 1)}\n`);
