//! Terms of the DCMI Metadata Terms.

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "http://purl.org/dc/terms/";

    /// Property: name of a resource.
    TITLE = "title";
    /// Property: an account of a resource.
    DESCRIPTION = "description";
    /// Property: an unambiguous reference within a context.
    IDENTIFIER = "identifier";
    /// Property: the nature of a resource; Catena-X puts the asset's taxonomy class here.
    TYPE = "type";
    /// Property: the file format or, in the Dataspace Protocol, the transfer format of a distribution.
    FORMAT = "format";
    /// Property: who made a resource.
    CREATOR = "creator";
    /// Property: who makes a resource available.
    PUBLISHER = "publisher";
    /// Property: when a resource was issued.
    ISSUED = "issued";
    /// Property: when a resource was changed.
    MODIFIED = "modified";
    /// Property: when a resource was created.
    CREATED = "created";
    /// Property: the language of a resource.
    LANGUAGE = "language";
    /// Property: a legal document that permits something with a resource.
    LICENSE = "license";
    /// Property: who may access a resource.
    ACCESS_RIGHTS = "accessRights";
    /// Property: a standard that a resource follows.
    CONFORMS_TO = "conformsTo";
    /// Property: a larger resource that includes this one.
    IS_PART_OF = "isPartOf";
    /// Property: a smaller resource that this one includes.
    HAS_PART = "hasPart";
    /// Property: places that a resource is about.
    SPATIAL = "spatial";
    /// Property: times that a resource is about.
    TEMPORAL = "temporal";
    /// Property: a resource that this one is derived from.
    SOURCE = "source";
}
