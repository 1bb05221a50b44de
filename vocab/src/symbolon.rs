//! Terms that Symbolon defines itself. Peers that do not know them ignore them.

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "https://w3id.org/symbolon/1/";

    /// Optional member of the verification message and the finalized event: the sender's attestation of the agreement.
    /// Written under its full IRI and as a JSON literal (`@json`), so that no further context is needed, and none that the
    /// attestation names is looked at by a processor that does not know it.
    ATTESTATION = "attestation";
    /// Optional member of the transfer request: the purpose that the consumer declares.
    PURPOSE = "purpose";
    /// Optional member of the transfer request: what the consumer confines the transfer to. Written under its full IRI and
    /// as a JSON literal (`@json`), like [`ATTESTATION`].
    SCOPE = "scope";
    /// Type of the message by which a party ends an agreement for good.
    AGREEMENT_TERMINATION = "AgreementTermination";
    /// Of an [`AGREEMENT_TERMINATION`]: the sender's own code for why.
    CODE = "code";
    /// Of an [`AGREEMENT_TERMINATION`]: why, in sentences.
    REASON = "reason";
    /// Left operand: the id of the participant who asks.
    PARTICIPANT_ID = "participantId";

    /// Type of the credential by which a party attests an agreement.
    AGREEMENT_ATTESTATION = "AgreementAttestation";
    /// The agreement's id, as text: it need not be an IRI.
    AGREEMENT_ID = "agreementId";
    /// `sha-256:` and 64 hexadecimal digits: of an agreement's canonical RDF, or of a credential as it was signed.
    DIGEST = "digest";
    /// `consumer` or `provider`.
    ROLE = "role";
    /// Participant id of the other party, as text: it need not be a DID.
    COUNTERPARTY = "counterparty";
    /// Digest of the DID document of who attests.
    ISSUER_DOCUMENT = "issuerDocument";
    /// Digest of the DID document of the other party.
    COUNTERPARTY_DOCUMENT = "counterpartyDocument";
    /// A credential that the other party presented and that the agreement was decided on.
    PRESENTED = "presented";
    /// The presented credential's own id, as text.
    CREDENTIAL_ID = "credentialId";
    /// A type of the presented credential, as it is written there.
    CREDENTIAL_TYPE = "credentialType";
    /// DID of the presented credential's issuer, as text.
    CREDENTIAL_ISSUER = "credentialIssuer";
    /// Digest of the DID document of the presented credential's issuer.
    CREDENTIAL_ISSUER_DOCUMENT = "credentialIssuerDocument";
    /// When the presented credential becomes valid.
    CREDENTIAL_VALID_FROM = "credentialValidFrom";
    /// When the presented credential ends.
    CREDENTIAL_VALID_UNTIL = "credentialValidUntil";
    /// A look at a status list, which did not show the credential revoked or suspended.
    STATUS_CHECK = "statusCheck";
    /// URL of the status list.
    STATUS_LIST = "statusList";
    /// Place in the status list, in decimal digits.
    STATUS_INDEX = "statusIndex";
    /// `revocation` or `suspension`.
    STATUS_PURPOSE = "statusPurpose";
    /// Digest of the status list as it was received.
    LIST_DIGEST = "listDigest";
    /// When the status list was looked at.
    CHECKED_AT = "checkedAt";
}
