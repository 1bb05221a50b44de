//! Terms of RDF itself.

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

    /// Property: the class of a node.
    TYPE = "type";
    /// Property: first item of a list.
    FIRST = "first";
    /// Property: the list after its first item.
    REST = "rest";
    /// The empty list.
    NIL = "nil";
    /// Property: the value of a structured node.
    VALUE = "value";
    /// Datatype of strings with a language.
    LANG_STRING = "langString";
    /// Datatype of JSON values.
    JSON = "JSON";
}
