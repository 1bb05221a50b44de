//! Terms of the Creative Commons Rights Expression Language that the ODRL common vocabulary adopts as actions.

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "http://creativecommons.org/ns#";

    /// Action: give credit to the author.
    ATTRIBUTION = "Attribution";
    /// Action: use for gain. The misspelling is the namespace's own.
    COMMERCIAL_USE = "CommericalUse";
    /// Action: distribute derivative works.
    DERIVATIVE_WORKS = "DerivativeWorks";
    /// Action: distribute, display and perform publicly.
    DISTRIBUTION = "Distribution";
    /// Action: keep copyright and licence notices.
    NOTICE = "Notice";
    /// Action: make copies.
    REPRODUCTION = "Reproduction";
    /// Action: license derivatives alike.
    SHARE_ALIKE = "ShareAlike";
    /// Action: distribute commercially where only some uses are restricted.
    SHARING = "Sharing";
    /// Action: provide the source code.
    SOURCE_CODE = "SourceCode";
}
