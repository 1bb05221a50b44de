//! Terms that Symbolon defines itself. Peers that do not know them ignore them.

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "https://w3id.org/symbolon/1/";

    /// Optional member of the verification message and the finalized event: the sender's attestation of the agreement, a
    /// compact JWS. Written under its full IRI, so that no further context is needed.
    ATTESTATION = "attestation";
    /// Optional member of the transfer request: the purpose that the consumer declares.
    PURPOSE = "purpose";
    /// Left operand: the id of the participant who asks.
    PARTICIPANT_ID = "participantId";
}
