//! The Open Digital Rights Language 2.2: information model and common vocabulary.

/// The JSON-LD context that the ODRL recommendation publishes.
pub const CONTEXT: &str = "http://www.w3.org/ns/odrl.jsonld";
/// The profile that the core vocabulary itself stands for.
pub const CORE_PROFILE: &str = "http://www.w3.org/ns/odrl/2/core";

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "http://www.w3.org/ns/odrl/2/";

    // Classes.

    /// Class: a group of rules.
    POLICY = "Policy";
    /// Class: a policy that names no parties.
    SET = "Set";
    /// Class: a policy that an assigner proposes.
    OFFER = "Offer";
    /// Class: a policy that binds assigner and assignee.
    AGREEMENT = "Agreement";
    /// Class: a policy that an assignee proposes.
    REQUEST = "Request";
    /// Class: a policy that binds whoever holds it.
    TICKET = "Ticket";
    /// Class: a policy that a party claims to hold.
    ASSERTION = "Assertion";
    /// Class: a policy about personal data.
    PRIVACY = "Privacy";
    /// Class: what permissions, prohibitions and duties have in common.
    RULE = "Rule";
    /// Class: an action may be done.
    PERMISSION = "Permission";
    /// Class: an action must not be done.
    PROHIBITION = "Prohibition";
    /// Class: an action must be done.
    DUTY = "Duty";
    /// Class: something rules are about.
    ASSET = "Asset";
    /// Class: several assets as one.
    ASSET_COLLECTION = "AssetCollection";
    /// Class: someone with a role in a rule.
    PARTY = "Party";
    /// Class: several parties as one.
    PARTY_COLLECTION = "PartyCollection";
    /// Class: something done to an asset.
    ACTION = "Action";
    /// Class: a comparison that narrows an action, party, asset or rule.
    CONSTRAINT = "Constraint";
    /// Class: several constraints joined.
    LOGICAL_CONSTRAINT = "LogicalConstraint";
    /// Class: how operands are compared.
    OPERATOR_CLASS = "Operator";
    /// Class: what is compared.
    LEFT_OPERAND_CLASS = "LeftOperand";
    /// Class: what is compared with.
    RIGHT_OPERAND_CLASS = "RightOperand";
    /// Class: how conflicting rules are resolved.
    CONFLICT_TERM = "ConflictTerm";
    /// Class: how undefined actions are treated.
    UNDEFINED_TERM = "UndefinedTerm";

    // Properties.

    /// Property: an asset has a policy.
    HAS_POLICY = "hasPolicy";
    /// Property: a party issues a policy; the reverse of `assigner`.
    ASSIGNER_OF = "assignerOf";
    /// Property: a party is addressed by a policy; the reverse of `assignee`.
    ASSIGNEE_OF = "assigneeOf";
    /// Property of a policy: its id.
    UID = "uid";
    /// Property of a policy: the profile that says what its terms mean.
    PROFILE = "profile";
    /// Property of a policy: a policy whose rules it takes over.
    INHERIT_FROM = "inheritFrom";
    /// Property of a policy: whether others may take over its rules.
    INHERIT_ALLOWED = "inheritAllowed";
    /// Property of a policy: which rule wins.
    CONFLICT = "conflict";
    /// Property of a policy: what happens with unknown actions.
    UNDEFINED = "undefined";
    /// Property of a policy: a permission.
    PERMISSION_OF = "permission";
    /// Property of a policy: a prohibition.
    PROHIBITION_OF = "prohibition";
    /// Property of a policy: a duty that holds in any case.
    OBLIGATION = "obligation";
    /// Property of a permission: a duty to fulfil first.
    DUTY_OF = "duty";
    /// Property of a prohibition: a duty when it was infringed.
    REMEDY = "remedy";
    /// Property of a duty: a duty when it was not fulfilled.
    CONSEQUENCE = "consequence";
    /// Property: a rule that failed.
    FAILURE = "failure";
    /// Property of a rule: its action.
    ACTION_OF = "action";
    /// Property of a rule: its asset in any role.
    RELATION = "relation";
    /// Property of a rule: the asset it is about.
    TARGET = "target";
    /// Property of a duty: the asset that an action results in.
    OUTPUT = "output";
    /// Property of a rule: a party in any role.
    FUNCTION = "function";
    /// Property of a rule: who issues it.
    ASSIGNER = "assigner";
    /// Property of a rule: whom it addresses.
    ASSIGNEE = "assignee";
    /// Property: the asset or party belongs to a collection.
    PART_OF = "partOf";
    /// Property: where the members of a collection are listed.
    SOURCE = "source";
    /// Property of a rule: a condition on it.
    CONSTRAINT_OF = "constraint";
    /// Property of an action, party or asset: a condition that narrows it.
    REFINEMENT = "refinement";
    /// Property of an action: a wider action.
    INCLUDED_IN = "includedIn";
    /// Property of an action: an action that it brings with it.
    IMPLIES = "implies";
    /// Property of a constraint: what is compared.
    LEFT_OPERAND = "leftOperand";
    /// Property of a constraint: how it is compared.
    OPERATOR = "operator";
    /// Property of a constraint: the value to compare with.
    RIGHT_OPERAND = "rightOperand";
    /// Property of a constraint: where the value to compare with is found.
    RIGHT_OPERAND_REFERENCE = "rightOperandReference";
    /// Property of a constraint: datatype of its right operand.
    DATA_TYPE = "dataType";
    /// Property of a constraint: unit of its right operand.
    UNIT = "unit";
    /// Property of a constraint: a value that was made before.
    STATUS = "status";
    /// Property of a logical constraint: its constraints, in any way joined.
    OPERAND = "operand";

    // Logical operators.

    /// Joins constraints: all hold.
    AND = "and";
    /// Joins constraints: all hold, each after the one before.
    AND_SEQUENCE = "andSequence";
    /// Joins constraints: at least one holds.
    OR = "or";
    /// Joins constraints: exactly one holds.
    XONE = "xone";

    // Operators.

    /// Operator: equal.
    EQ = "eq";
    /// Operator: not equal.
    NEQ = "neq";
    /// Operator: greater.
    GT = "gt";
    /// Operator: greater or equal.
    GTEQ = "gteq";
    /// Operator: less.
    LT = "lt";
    /// Operator: less or equal.
    LTEQ = "lteq";
    /// Operator: is an instance of.
    IS_A = "isA";
    /// Operator: contains.
    HAS_PART = "hasPart";
    /// Operator: is contained in.
    IS_PART_OF = "isPartOf";
    /// Operator: equals the set.
    IS_ALL_OF = "isAllOf";
    /// Operator: is in the set.
    IS_ANY_OF = "isAnyOf";
    /// Operator: is not in the set.
    IS_NONE_OF = "isNoneOf";

    // Conflict strategies.

    /// Conflict: permissions win.
    PERM = "perm";
    /// Conflict: prohibitions win.
    PROHIBIT = "prohibit";
    /// Conflict: the whole policy is void.
    INVALID = "invalid";

    // Left operands.

    /// Left operand: a position in space or time, absolute.
    ABSOLUTE_POSITION = "absolutePosition";
    /// Left operand: a size, absolute.
    ABSOLUTE_SIZE = "absoluteSize";
    /// Left operand: a position in space, absolute.
    ABSOLUTE_SPATIAL_POSITION = "absoluteSpatialPosition";
    /// Left operand: a position in time, absolute.
    ABSOLUTE_TEMPORAL_POSITION = "absoluteTemporalPosition";
    /// Left operand: how often an action was done.
    COUNT = "count";
    /// Left operand: the moment of the action.
    DATE_TIME = "dateTime";
    /// Left operand: time between action and following action.
    DELAY_PERIOD = "delayPeriod";
    /// Left operand: channel of delivery.
    DELIVERY_CHANNEL = "deliveryChannel";
    /// Left operand, deprecated: device in use. Use [`SYSTEM_DEVICE`].
    DEVICE = "device";
    /// Left operand: time that has passed since the action began.
    ELAPSED_TIME = "elapsedTime";
    /// Left operand: an event before, during or after the action.
    EVENT = "event";
    /// Left operand: file format.
    FILE_FORMAT = "fileFormat";
    /// Left operand: industry sector.
    INDUSTRY = "industry";
    /// Left operand: language.
    LANGUAGE = "language";
    /// Left operand: media asset type.
    MEDIA = "media";
    /// Left operand: time for which an action was metered.
    METERED_TIME = "meteredTime";
    /// Left operand: an amount of money.
    PAY_AMOUNT = "payAmount";
    /// Left operand: a percentage of the asset.
    PERCENTAGE = "percentage";
    /// Left operand: product or service.
    PRODUCT = "product";
    /// Left operand: purpose of the action.
    PURPOSE = "purpose";
    /// Left operand: who receives the result.
    RECIPIENT = "recipient";
    /// Left operand: a position, relative.
    RELATIVE_POSITION = "relativePosition";
    /// Left operand: a size, relative.
    RELATIVE_SIZE = "relativeSize";
    /// Left operand: a position in space, relative.
    RELATIVE_SPATIAL_POSITION = "relativeSpatialPosition";
    /// Left operand: a position in time, relative.
    RELATIVE_TEMPORAL_POSITION = "relativeTemporalPosition";
    /// Left operand: resolution of a rendering.
    RESOLUTION = "resolution";
    /// Left operand: a place.
    SPATIAL = "spatial";
    /// Left operand: a place by coordinates.
    SPATIAL_COORDINATES = "spatialCoordinates";
    /// Left operand, deprecated: computing system in use. Use [`SYSTEM_DEVICE`].
    SYSTEM = "system";
    /// Left operand: identifiable computing system in use.
    SYSTEM_DEVICE = "systemDevice";
    /// Left operand: recurring time between actions.
    TIME_INTERVAL = "timeInterval";
    /// Left operand: how many units of the asset.
    UNIT_OF_COUNT = "unitOfCount";
    /// Left operand: version of the asset.
    VERSION = "version";
    /// Left operand: virtual place.
    VIRTUAL_LOCATION = "virtualLocation";

    // Right operand.

    /// Right operand: when the policy began to be used.
    POLICY_USAGE = "policyUsage";

    // Actions.

    /// Action: any use. Includes every action that does not transfer ownership.
    USE = "use";
    /// Action: give ownership away.
    TRANSFER = "transfer";
    /// Action: accept that use is tracked.
    ACCEPT_TRACKING = "acceptTracking";
    /// Action: add to a collection.
    AGGREGATE = "aggregate";
    /// Action: add notes, without changing the asset.
    ANNOTATE = "annotate";
    /// Action: take away what identifies persons.
    ANONYMIZE = "anonymize";
    /// Action: store for later.
    ARCHIVE = "archive";
    /// Action: name the author.
    ATTRIBUTE = "attribute";
    /// Action: pay.
    COMPENSATE = "compensate";
    /// Action: use several copies at the same time.
    CONCURRENT_USE = "concurrentUse";
    /// Action: delete.
    DELETE = "delete";
    /// Action: make a new asset from it.
    DERIVE = "derive";
    /// Action: make a digital copy of something analogue.
    DIGITIZE = "digitize";
    /// Action: show as a static copy.
    DISPLAY = "display";
    /// Action: hand on to third parties.
    DISTRIBUTE = "distribute";
    /// Action: make sure that the rule on the asset is exclusive.
    ENSURE_EXCLUSIVITY = "ensureExclusivity";
    /// Action: run as a program.
    EXECUTE = "execute";
    /// Action: take a part out.
    EXTRACT = "extract";
    /// Action: give ownership away without payment; the own copy is deleted.
    GIVE = "give";
    /// Action: let others use by a policy of one's own.
    GRANT_USE = "grantUse";
    /// Action: include in another asset.
    INCLUDE = "include";
    /// Action: add to an index.
    INDEX = "index";
    /// Action: tell a party that an action was done.
    INFORM = "inform";
    /// Action: put on a machine.
    INSTALL = "install";
    /// Action, deprecated: make available for a time, for payment.
    LEASE = "lease";
    /// Action, deprecated: make available for a time, without payment.
    LEND = "lend";
    /// Action, deprecated: grant rights to others.
    LICENSE = "license";
    /// Action: change without making a new asset.
    MODIFY = "modify";
    /// Action: move to another place; the first copy is deleted.
    MOVE = "move";
    /// Action: hand a policy on to the next party.
    NEXT_POLICY = "nextPolicy";
    /// Action: obtain consent.
    OBTAIN_CONSENT = "obtainConsent";
    /// Action, deprecated: pay money. Use [`COMPENSATE`].
    PAY = "pay";
    /// Action: play.
    PLAY = "play";
    /// Action: present in public.
    PRESENT = "present";
    /// Action, deprecated: show a part beforehand.
    PREVIEW = "preview";
    /// Action: make a permanent copy on paper or the like.
    PRINT = "print";
    /// Action: read.
    READ = "read";
    /// Action: make copies.
    REPRODUCE = "reproduce";
    /// Action: have a person look at the policy.
    REVIEW_POLICY = "reviewPolicy";
    /// Action: give ownership away for payment; the own copy is deleted.
    SELL = "sell";
    /// Action: send in a stream.
    STREAM = "stream";
    /// Action: use together with other media over time.
    SYNCHRONIZE = "synchronize";
    /// Action: turn text into speech.
    TEXT_TO_SPEECH = "textToSpeech";
    /// Action: turn into another digital format.
    TRANSFORM = "transform";
    /// Action: turn into another natural language.
    TRANSLATE = "translate";
    /// Action: take off a machine.
    UNINSTALL = "uninstall";
    /// Action: use a watermark.
    WATERMARK = "watermark";
    /// Action, deprecated: add at the end.
    APPEND = "append";
    /// Action, deprecated: add to another asset.
    APPEND_TO = "appendTo";
    /// Action, deprecated: copy.
    COPY = "copy";
    /// Action, deprecated: turn into another format.
    EXPORT = "export";
    /// Action, deprecated: take characters out.
    EXTRACT_CHAR = "extractChar";
    /// Action, deprecated: take pages out.
    EXTRACT_PAGE = "extractPage";
    /// Action, deprecated: take words out.
    EXTRACT_WORD = "extractWord";
    /// Action, deprecated: keep the policy with every copy.
    ATTACH_POLICY = "attachPolicy";
    /// Action, deprecated: keep the source with every copy.
    ATTACH_SOURCE = "attachSource";
    /// Action, deprecated: use for another purpose than the main one.
    SECONDARY_USE = "secondaryUse";
    /// Action, deprecated: write.
    WRITE = "write";
    /// Action, deprecated: write to.
    WRITE_TO = "writeTo";
    /// Action, deprecated: make available to others without gain.
    SHARE = "share";
    /// Action, deprecated: use for gain.
    COMMERCIALIZE = "commercialize";

    // Party functions.

    /// Function: whom consent is had from.
    CONSENTING_PARTY = "consentingParty";
    /// Function: who is attributed.
    ATTRIBUTED_PARTY = "attributedParty";
    /// Function: who has consented.
    CONSENTED_PARTY = "consentedParty";
    /// Function: who is paid.
    COMPENSATED_PARTY = "compensatedParty";
    /// Function: who pays.
    COMPENSATING_PARTY = "compensatingParty";
    /// Function: who contracts.
    CONTRACTING_PARTY = "contractingParty";
    /// Function: who is contracted.
    CONTRACTED_PARTY = "contractedParty";
    /// Function: who informs.
    INFORMING_PARTY = "informingParty";
    /// Function: who is informed.
    INFORMED_PARTY = "informedParty";
    /// Function: who attributes.
    ATTRIBUTING_PARTY = "attributingParty";
    /// Function: who tracks.
    TRACKING_PARTY = "trackingParty";
    /// Function: who is tracked.
    TRACKED_PARTY = "trackedParty";
}
