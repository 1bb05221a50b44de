//! Datatypes of XML Schema.

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "http://www.w3.org/2001/XMLSchema#";

    /// Datatype: characters.
    STRING = "string";
    /// Datatype: `true` or `false`.
    BOOLEAN = "boolean";
    /// Datatype: decimal number of any precision.
    DECIMAL = "decimal";
    /// Datatype: whole number of any size.
    INTEGER = "integer";
    /// Datatype: whole number of zero or more.
    NON_NEGATIVE_INTEGER = "nonNegativeInteger";
    /// Datatype: whole number of one or more.
    POSITIVE_INTEGER = "positiveInteger";
    /// Datatype: whole number of 64 bits.
    LONG = "long";
    /// Datatype: whole number of 32 bits.
    INT = "int";
    /// Datatype: floating point number of 32 bits.
    FLOAT = "float";
    /// Datatype: floating point number of 64 bits.
    DOUBLE = "double";
    /// Datatype: date and time of day, with or without offset.
    DATE_TIME = "dateTime";
    /// Datatype: date and time of day, with offset.
    DATE_TIME_STAMP = "dateTimeStamp";
    /// Datatype: date.
    DATE = "date";
    /// Datatype: time of day.
    TIME = "time";
    /// Datatype: year.
    G_YEAR = "gYear";
    /// Datatype: length of time.
    DURATION = "duration";
    /// Datatype: length of time in days, hours, minutes and seconds.
    DAY_TIME_DURATION = "dayTimeDuration";
    /// Datatype: length of time in years and months.
    YEAR_MONTH_DURATION = "yearMonthDuration";
    /// Datatype: IRI as a literal.
    ANY_URI = "anyURI";
}
