//! Terms of the Data Catalog Vocabulary (DCAT 3) that catalogs use.

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "http://www.w3.org/ns/dcat#";

    /// Class: a curated collection of datasets.
    CATALOG = "Catalog";
    /// Class: data that is offered.
    DATASET = "Dataset";
    /// Class: one form in which a dataset can be had.
    DISTRIBUTION = "Distribution";
    /// Class: an endpoint that gives access to datasets.
    DATA_SERVICE = "DataService";

    /// Property: a catalog lists a catalog.
    CATALOG_OF = "catalog";
    /// Property: a catalog lists a dataset.
    DATASET_OF = "dataset";
    /// Property: a catalog lists a data service.
    SERVICE = "service";
    /// Property: a dataset is available as a distribution.
    DISTRIBUTION_OF = "distribution";
    /// Property: the service through which a distribution is had.
    ACCESS_SERVICE = "accessService";
    /// Property: root location of a service, a URL.
    ENDPOINT_URL = "endpointURL";
    /// Property: a description of a service's operations.
    ENDPOINT_DESCRIPTION = "endpointDescription";
    /// Property: a dataset that a service serves.
    SERVES_DATASET = "servesDataset";
    /// Property: a keyword, a literal.
    KEYWORD = "keyword";
    /// Property: a concept that a resource is about.
    THEME = "theme";
    /// Property: the version of a resource, a literal.
    VERSION = "version";
    /// Property: a page that describes a resource.
    LANDING_PAGE = "landingPage";
    /// Property: whom to ask about a resource.
    CONTACT_POINT = "contactPoint";
    /// Property: the media type of a distribution.
    MEDIA_TYPE = "mediaType";
    /// Property: size of a distribution in bytes.
    BYTE_SIZE = "byteSize";
}
