//! The Dataspace Protocol vocabulary, release 2025-1.

/// The JSON-LD context that every message names, except the version response.
pub const CONTEXT: &str = "https://w3id.org/dspace/2025/1/context.jsonld";
/// The JSON-LD context with the policy terms. [`CONTEXT`] pulls it in for the message types that carry policies; a policy
/// stored or exchanged on its own has to name it itself.
pub const ODRL_PROFILE: &str = "https://w3id.org/dspace/2025/1/odrl-profile.jsonld";
/// The version string of this release in the version response.
pub const VERSION: &str = "2025-1";
/// The only binding that the version response may name.
pub const BINDING: &str = "HTTPS";

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "https://w3id.org/dspace/2025/1/";

    /// Class: asks a provider for its catalog.
    CATALOG_REQUEST_MESSAGE = "CatalogRequestMessage";
    /// Class: asks a provider for one dataset.
    DATASET_REQUEST_MESSAGE = "DatasetRequestMessage";
    /// Class: a catalog request was refused.
    CATALOG_ERROR = "CatalogError";
    /// Class: a consumer requests a contract, or counters an offer.
    CONTRACT_REQUEST_MESSAGE = "ContractRequestMessage";
    /// Class: a provider offers a contract, or counters a request.
    CONTRACT_OFFER_MESSAGE = "ContractOfferMessage";
    /// Class: a provider agrees.
    CONTRACT_AGREEMENT_MESSAGE = "ContractAgreementMessage";
    /// Class: a consumer verifies the agreement.
    CONTRACT_AGREEMENT_VERIFICATION_MESSAGE = "ContractAgreementVerificationMessage";
    /// Class: an offer was accepted, or a negotiation finalized.
    CONTRACT_NEGOTIATION_EVENT_MESSAGE = "ContractNegotiationEventMessage";
    /// Class: a negotiation ends without an agreement.
    CONTRACT_NEGOTIATION_TERMINATION_MESSAGE = "ContractNegotiationTerminationMessage";
    /// Class: a negotiation and its state.
    CONTRACT_NEGOTIATION = "ContractNegotiation";
    /// Class: a negotiation message was refused.
    CONTRACT_NEGOTIATION_ERROR = "ContractNegotiationError";
    /// Class: a consumer requests a transfer under an agreement.
    TRANSFER_REQUEST_MESSAGE = "TransferRequestMessage";
    /// Class: a transfer starts, or resumes.
    TRANSFER_START_MESSAGE = "TransferStartMessage";
    /// Class: a transfer pauses.
    TRANSFER_SUSPENSION_MESSAGE = "TransferSuspensionMessage";
    /// Class: a transfer has delivered everything.
    TRANSFER_COMPLETION_MESSAGE = "TransferCompletionMessage";
    /// Class: a transfer ends early.
    TRANSFER_TERMINATION_MESSAGE = "TransferTerminationMessage";
    /// Class: a transfer process and its state.
    TRANSFER_PROCESS = "TransferProcess";
    /// Class: a transfer message was refused.
    TRANSFER_ERROR = "TransferError";
    /// Class: where data is read from or written to.
    DATA_ADDRESS = "DataAddress";
    /// Class: one named value of a data address.
    ENDPOINT_PROPERTY = "EndpointProperty";
    /// Class: a version request was refused.
    VERSIONS_ERROR = "VersionsError";
    /// Class: a DID service entry that leads to a catalog.
    CATALOG_SERVICE = "CatalogService";

    /// Property: the consumer's id of a process.
    CONSUMER_PID = "consumerPid";
    /// Property: the provider's id of a process.
    PROVIDER_PID = "providerPid";
    /// Property: who runs the catalog.
    PARTICIPANT_ID = "participantId";
    /// Property: the dataset that is asked for.
    DATASET = "dataset";
    /// Property: restricts which datasets a catalog lists; the expressions are the implementation's own.
    FILTER = "filter";
    /// Property: the offer that a message carries.
    OFFER = "offer";
    /// Property: the agreement that a message carries.
    AGREEMENT = "agreement";
    /// Property: the agreement that a transfer runs under.
    AGREEMENT_ID = "agreementId";
    /// Property: when an agreement was concluded.
    TIMESTAMP = "timestamp";
    /// Property: base URL for messages back to the sender.
    CALLBACK_ADDRESS = "callbackAddress";
    /// Property: the state of a process.
    STATE = "state";
    /// Property: what a negotiation event reports.
    EVENT_TYPE = "eventType";
    /// Property: the implementation's own error code.
    CODE = "code";
    /// Property: why something was refused or ended.
    REASON = "reason";
    /// Property: the data address of a transfer.
    DATA_ADDRESS_OF = "dataAddress";
    /// Property: which kind of endpoint a data address is.
    ENDPOINT_TYPE = "endpointType";
    /// Property: the address proper of a data address.
    ENDPOINT = "endpoint";
    /// Property: further named values of a data address.
    ENDPOINT_PROPERTIES = "endpointProperties";
    /// Property: name of an endpoint property.
    NAME = "name";
    /// Property: value of an endpoint property.
    VALUE = "value";

    /// State: requested by the consumer.
    REQUESTED = "REQUESTED";
    /// State: offered by the provider.
    OFFERED = "OFFERED";
    /// State and event: the consumer accepted the offer.
    ACCEPTED = "ACCEPTED";
    /// State: the provider sent an agreement.
    AGREED = "AGREED";
    /// State: the consumer verified the agreement.
    VERIFIED = "VERIFIED";
    /// State and event: the negotiation is concluded, data may be transferred.
    FINALIZED = "FINALIZED";
    /// State: the transfer runs.
    STARTED = "STARTED";
    /// State: the transfer is paused.
    SUSPENDED = "SUSPENDED";
    /// State: the transfer is done.
    COMPLETED = "COMPLETED";
    /// State: ended by one of the parties.
    TERMINATED = "TERMINATED";
}
