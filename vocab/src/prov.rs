//! Terms of the PROV ontology.

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "http://www.w3.org/ns/prov#";

    /// Class: a thing with fixed aspects.
    ENTITY = "Entity";
    /// Class: something that happens over time and acts on entities.
    ACTIVITY = "Activity";
    /// Class: who bears responsibility.
    AGENT = "Agent";

    /// Property: an entity was made by an activity.
    WAS_GENERATED_BY = "wasGeneratedBy";
    /// Property: an entity was made from an entity.
    WAS_DERIVED_FROM = "wasDerivedFrom";
    /// Property: an entity is ascribed to an agent.
    WAS_ATTRIBUTED_TO = "wasAttributedTo";
    /// Property: an activity was under an agent's responsibility.
    WAS_ASSOCIATED_WITH = "wasAssociatedWith";
    /// Property: an agent acted for another.
    ACTED_ON_BEHALF_OF = "actedOnBehalfOf";
    /// Property: an activity used an entity.
    USED = "used";
    /// Property: when an entity was made.
    GENERATED_AT_TIME = "generatedAtTime";
    /// Property: when an entity ceased to be valid.
    INVALIDATED_AT_TIME = "invalidatedAtTime";
    /// Property: when an activity began.
    STARTED_AT_TIME = "startedAtTime";
    /// Property: when an activity ended.
    ENDED_AT_TIME = "endedAtTime";
}
