// Judges credentials of data model 2.0 with libraries that have nothing to do with the issuer's software: Data Integrity
// proofs by Digital Bazaar's, JSON Web Signatures by jose, status lists by Digital Bazaar's.

import {createHash} from 'node:crypto';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {canonize} from 'rdf-canonize';
import {compactVerify, decodeProtectedHeader, importJWK} from 'jose';
import jsonld from 'jsonld';
import * as vc from '@digitalbazaar/vc';
import {contexts} from './contexts.mjs';

const VC_2 = 'https://www.w3.org/ns/credentials/v2';
const CLAIMS = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'];

/** `documents`: DID documents by DID. `lists`: status lists by URL, as JSON or as a JWT. `now`: when to judge. */
export class Judge {
  constructor({documents = {}, lists = {}, now = new Date().toISOString()}) {
    Object.assign(this, {documents, lists, now});
    this.documentLoader = this.documentLoader.bind(this);
  }

  /** A credential with an embedded proof. Resolves to nothing, or throws what is wrong. */
  async embedded(credential) {
    demand(credential['@context']?.[0] === VC_2, 'the credential is not of data model 2.0');
    const proofs = [credential.proof].flat();
    demand(proofs.every(proof => didOf(proof?.verificationMethod) === issuerOf(credential)), 'the key is not of the issuer');
    const result = await vc.verifyCredential({
      credential, suite: this.suite(), documentLoader: this.documentLoader, now: this.now,
      checkStatus: () => this.status(credential)
    });
    if(!result.verified) {
      throw deepest(result.statusResult?.error ?? result.error);
    }
  }

  /** A credential secured as a JWT whose payload is the credential. */
  async jwt(compact) {
    const credential = await this.opened(compact, 'vc+jwt');
    demand(credential['@context']?.[0] === VC_2, 'the credential is not of data model 2.0');
    demand(!credential.iss || credential.iss === issuerOf(credential), 'iss is not the issuer');
    demand(!credential.exp || Date.parse(this.now) / 1000 <= credential.exp, 'it has expired');
    demand([credential.type].flat().includes('VerifiableCredential'), 'it is no credential');
    demand(!credential.validFrom || Date.parse(credential.validFrom) <= Date.parse(this.now), 'it is not yet valid');
    demand(!credential.validUntil || Date.parse(this.now) <= Date.parse(credential.validUntil), 'it has expired');
    // Every term has a meaning, beside the claims that every JWT may have.
    const content = Object.fromEntries(Object.entries(credential).filter(([name]) => !CLAIMS.includes(name)));
    await jsonld.toRDF(content, {documentLoader: this.documentLoader, safe: true, base: null});
    if(credential.credentialStatus) {
      const {verified, error} = await this.status(credential);
      demand(verified, error?.message);
    }
  }

  /** N-Quads whose canonical form (RDFC-1.0) has this `sha-256:` digest. */
  async digest({nquads, digest}) {
    const canonical = await canonize(nquads, {algorithm: 'RDFC-1.0', inputFormat: 'application/n-quads'});
    const found = `sha-256:${createHash('sha256').update(canonical).digest('hex')}`;
    demand(found === digest, `the digest is ${found}`);
  }

  /** The payload of a JWT that a key signed which the payload's issuer asserts with. */
  async opened(compact, type) {
    const {kid, typ, alg} = decodeProtectedHeader(compact);
    demand(typ === type, `the type is ${typ}`);
    const method = this.method(kid);
    const {payload} = await compactVerify(compact, await importJWK(method.publicKeyJwk, alg));
    const credential = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(payload));
    demand(issuerOf(credential) === didOf(kid), 'the key is not of the issuer');
    const asserting = this.documents[didOf(kid)].assertionMethod ?? [];
    demand(asserting.some(entry => (entry.id ?? entry) === kid), 'the key is not one that the issuer asserts with');
    return credential;
  }

  /** What the lists say about a credential. Any bit that is set is a refusal. */
  async status(credential) {
    const lists = {};
    for(const entry of [credential.credentialStatus].flat()) {
      const list = this.lists[entry.statusListCredential];
      demand(list, `the status list ${entry.statusListCredential} is not at hand`);
      lists[entry.statusListCredential] = typeof list === 'string' ? await this.opened(list, 'vc+jwt') : list;
    }
    const embedded = Object.values(lists).every(list => list.proof);
    const result = await checkStatus({
      credential, suite: this.suite(), verifyBitstringStatusListCredential: embedded,
      documentLoader: async url => lists[url] ? found(url, lists[url]) : this.documentLoader(url)
    });
    const set = result.results?.find(({status}) => status);
    return set ? {verified: false, error: new Error(`the status is ${set.credentialStatus.statusPurpose}`)} : result;
  }

  suite() {
    return new DataIntegrityProof({cryptosuite});
  }

  method(id) {
    const document = this.documents[didOf(id)];
    demand(document, `the DID document of ${didOf(id)} is not at hand`);
    const method = document.verificationMethod.find(method => method.id === id);
    demand(method, `there is no key ${id}`);
    return method;
  }

  async documentLoader(url) {
    if(contexts.has(url)) {
      return found(url, contexts.get(url));
    }
    demand(url.startsWith('did:'), `${url} is not known, and nothing is fetched`);
    if(!url.includes('#')) {
      const {id, assertionMethod} = this.documents[url] ?? {};
      return found(url, {'@context': 'https://www.w3.org/ns/did/v1', id, assertionMethod});
    }
    const {id, controller, publicKeyJwk, publicKeyMultibase} = this.method(url);
    const key = publicKeyJwk ?
      await Ed25519Multikey.fromJwk({jwk: publicKeyJwk, id, controller}) :
      await Ed25519Multikey.from({id, controller, type: 'Multikey', publicKeyMultibase});
    return found(url, await key.export({publicKey: true}));
  }
}

function found(documentUrl, document) {
  return {contextUrl: null, documentUrl, document};
}

function didOf(id) {
  return id?.split('#')[0];
}

function issuerOf({issuer}) {
  return issuer?.id ?? issuer;
}

function demand(holds, complaint) {
  if(!holds) {
    throw new Error(complaint);
  }
}

function deepest(error) {
  return error?.errors?.[0] ? deepest(error.errors[0]) : error;
}
