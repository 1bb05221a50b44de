//! Ready-made policies: what most people want to say, with the few values that they have to give.
//!
//! A template makes a policy that keeps the rules of the profile that it names. Nothing is stored.

mod catalogue;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::problem::{Kind, Problem};
use catalogue::TEMPLATES;

/// Values of one parameter.
const VALUES: usize = 1_000;
/// Longest text, in bytes.
const TEXT: usize = 2048;

/// A ready-made policy.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PolicyTemplate {
    /// Its id.
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What the policy says, and what decides it.
    pub description: &'static str,
    /// `access`: who sees an offer; `usage`: under which terms.
    pub kind: &'static str,
    /// What has to be given.
    pub parameters: Vec<TemplateParameter>,
    /// The policy with the default values, and examples where there is none.
    #[schema(value_type = Object)]
    pub policy: Value,
}

/// A value that a template needs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TemplateParameter {
    /// Its name.
    pub name: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// `text`, `list` (of texts), `partners` (participant ids), `countries` (two capital letters), `number` (whole, from 1)
    /// or `dateTime` (with offset).
    pub r#type: &'static str,
    /// Whether it must be given where there is no default.
    pub required: bool,
    /// What is taken if it is not given; null: nothing.
    #[schema(value_type = Object)]
    pub default: Value,
    /// What a value looks like.
    #[schema(value_type = Object)]
    pub example: Value,
    /// IRI of the left operand that its values are of, whose known values can be offered; null: none.
    pub operand: Option<String>,
}

/// Every template.
pub fn all() -> Vec<PolicyTemplate> {
    TEMPLATES.iter().map(|template| template.told()).collect()
}

/// The policy that a template makes of these values.
///
/// # Errors
/// 404 for an unknown template; 422 for a value that is missing or does not fit, naming the parameter.
pub fn filled(id: &str, given: &Map<String, Value>) -> Result<Value, Problem> {
    let template = TEMPLATES.iter().find(|template| template.id == id);
    let template = template.ok_or_else(|| Problem::not_found("policy template", id))?;
    let known = |name: &String| template.parameters.iter().any(|parameter| parameter.name == name);
    if let Some(unknown) = given.keys().find(|name| !known(name)) {
        return Err(refused(unknown, "is no parameter of this template".to_owned()));
    }
    let mut filled = Filled::default();
    for parameter in template.parameters {
        let value = match given.get(parameter.name) {
            None | Some(Value::Null) => (parameter.default)(),
            Some(value) => value.clone(),
        };
        if let Some(value) = parameter.read(value)? {
            filled.0.insert(parameter.name.to_owned(), value);
        }
    }
    (template.policy)(&filled)
}

/// A template before it is told.
struct Template {
    id: &'static str,
    title: &'static str,
    description: &'static str,
    kind: &'static str,
    parameters: &'static [Parameter],
    policy: fn(&Filled) -> Result<Value, Problem>,
}

/// A parameter before it is told.
struct Parameter {
    name: &'static str,
    label: &'static str,
    kind: ParameterKind,
    required: bool,
    default: fn() -> Value,
    example: fn() -> Value,
    operand: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ParameterKind {
    Text,
    List,
    Partners,
    Countries,
    Number,
    Moment,
}

/// Values that were read: what is absent was not given.
#[derive(Default)]
struct Filled(Map<String, Value>);

impl Filled {
    fn get(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or_default()
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

impl Template {
    fn told(&self) -> PolicyTemplate {
        let mut example = Map::new();
        for parameter in self.parameters {
            if (parameter.default)().is_null() && parameter.required {
                example.insert(parameter.name.to_owned(), (parameter.example)());
            }
        }
        PolicyTemplate {
            id: self.id,
            title: self.title,
            description: self.description,
            kind: self.kind,
            parameters: self.parameters.iter().map(TemplateParameter::from).collect(),
            policy: filled(self.id, &example).unwrap_or_default(),
        }
    }
}

impl From<&Parameter> for TemplateParameter {
    fn from(parameter: &Parameter) -> Self {
        Self {
            name: parameter.name,
            label: parameter.label,
            r#type: match parameter.kind {
                ParameterKind::Text => "text",
                ParameterKind::List => "list",
                ParameterKind::Partners => "partners",
                ParameterKind::Countries => "countries",
                ParameterKind::Number => "number",
                ParameterKind::Moment => "dateTime",
            },
            required: parameter.required,
            default: (parameter.default)(),
            example: (parameter.example)(),
            operand: parameter.operand.map(str::to_owned),
        }
    }
}

impl Parameter {
    /// The value as a policy has it; `None` where nothing was given and nothing has to be.
    fn read(&self, value: Value) -> Result<Option<Value>, Problem> {
        let empty =
            value.is_null() || value.as_str().is_some_and(str::is_empty) || value.as_array().is_some_and(Vec::is_empty);
        if empty {
            let missing = || refused(self.name, "has to be given".to_owned());
            return if self.required { Err(missing()) } else { Ok(None) };
        }
        let read = match self.kind {
            ParameterKind::Text => text(&value).map(Value::from),
            ParameterKind::List | ParameterKind::Partners => list(&value, |_| true),
            ParameterKind::Countries => list(&value, is_country),
            ParameterKind::Number => whole(&value),
            ParameterKind::Moment => {
                text(&value).and_then(|text| text.parse::<Timestamp>().ok()).map(|at| at.to_string().into())
            }
        };
        read.map(Some).ok_or_else(|| refused(self.name, format!("must be {}", self.kind.expected())))
    }
}

impl ParameterKind {
    fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text of at most 2048 bytes",
            Self::List => "1 to 1000 texts",
            Self::Partners => "1 to 1000 participant ids such as did:web:oem.example",
            Self::Countries => "1 to 1000 countries of ISO 3166-1 in two capital letters, such as DE",
            Self::Number => "a whole number from 1",
            Self::Moment => "a date with a time and an offset, such as 2030-12-31T23:00:00Z",
        }
    }
}

fn refused(parameter: &str, reason: String) -> Problem {
    Problem::new(Kind::Unprocessable, "template.parameter", format!("the parameter {parameter:?} {reason}"))
        .with_rule(format!("parameters.{parameter}"))
        .with_hint("GET /api/v1/policies/templates says what each template takes")
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().map(str::trim).filter(|text| (1..=TEXT).contains(&text.len()) && !text.chars().any(char::is_control))
}

/// One text, or several.
fn list(value: &Value, fits: fn(&str) -> bool) -> Option<Value> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    };
    let fitting = |value: &Value| text(value).filter(|text| fits(text)).map(Value::from);
    if values.len() > VALUES { None } else { values.iter().map(fitting).collect::<Option<Vec<_>>>().map(Value::from) }
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The Dataspace Protocol has no bare numbers in right operands.
fn whole(value: &Value) -> Option<Value> {
    let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| *number > 0)?;
    Some(json!({"@value": number.to_string(), "@type": "http://www.w3.org/2001/XMLSchema#integer"}))
}
