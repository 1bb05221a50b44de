/** `GET /partners/{id}/presentation`: what a partner presented last. */
export interface Presentation {
  verifiedAt: string | null;
  credentials: PresentedCredential[];
  memberships: { dataspace: string; belongs: boolean; why: string | null }[];
  numbers: string[];
}

export interface PresentedCredential {
  id: string | null;
  types: string[];
  issuer: string;
  validFrom: string | null;
  validUntil: string | null;
  /** `valid`, `expired`, `notYetValid`, `revoked`, `suspended`, `unknown`, `invalid`. */
  status: string;
  why: string | null;
  dataspaces: string[];
}
