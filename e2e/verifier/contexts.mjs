// The JSON-LD contexts that the verifier knows. It fetches none.

import {contexts as standard} from '@digitalbazaar/credentials-context';

const CATENA_X = 'https://w3id.org/catenax/credentials/v1.0.0';

// The terms of the Catena-X credentials, as their standards (CX-0018, CX-0050) name them.
const catenaX = {'@context': Object.fromEntries([
  'MembershipCredential', 'BpnCredential', 'DataExchangeGovernanceCredential', 'DismantlerCredential',
  'holderIdentifier', 'memberOf', 'bpn', 'group', 'useCase', 'contractVersion', 'activityType', 'allowedVehicleBrands'
].map(name => [name, `https://w3id.org/catenax/credentials/${name}`]).concat([
  ['contractTemplate', {'@id': 'https://w3id.org/catenax/credentials/contractTemplate', '@type': '@id'}]
]))};

export const contexts = new Map([...standard, [CATENA_X, catenaX]]);
