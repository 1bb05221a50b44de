//! Problems as they were given to a solver, turned into policies: each assertion is a constraint, each variable a left operand.

use serde_json::{Value, json};
use symbolon_policies_odrl::PolicyDocument;
use symbolon_policies_odrl::compose::Knowledge;

/// A word, or a list in parentheses.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Atom(String),
    List(Vec<Expression>),
}

impl Expression {
    fn word(&self) -> Option<&str> {
        match self {
            Self::Atom(word) => Some(word),
            Self::List(_) => None,
        }
    }
}

/// What a problem asserts.
pub(crate) fn assertions(text: &str) -> Vec<Expression> {
    let text: String = text.lines().map(|line| line.split(';').next().unwrap_or_default().to_owned() + "\n").collect();
    let words = text.replace('(', " ( ").replace(')', " ) ");
    let mut stack = vec![Vec::new()];
    for word in words.split_whitespace() {
        match word {
            "(" => stack.push(Vec::new()),
            ")" => {
                let list = stack.pop().unwrap();
                stack.last_mut().unwrap().push(Expression::List(list));
            }
            atom => stack.last_mut().unwrap().push(Expression::Atom(atom.to_owned())),
        }
    }
    let asserted = |command: Expression| match command {
        Expression::List(parts) => match parts.as_slice() {
            [Expression::Atom(name), assertion] if name == "assert" => Some(assertion.clone()),
            _ => None,
        },
        Expression::Atom(_) => None,
    };
    stack.remove(0).into_iter().filter_map(asserted).collect()
}

/// Whether all assertions can be true together; `None` where they compare unknown quantities with each other.
pub(crate) fn solve(text: &str) -> Option<bool> {
    let assertions = settled(assertions(text));
    let constraints: Option<Vec<Value>> = assertions.iter().map(|assertion| constraint(assertion, true)).collect();
    let constraints = constraints.filter(|constraints| !constraints.is_empty())?;
    let policy = json!({"@type": "Set", "permission": [{"action": "use", "constraint": constraints}]});
    let policy = PolicyDocument::parse(policy).unwrap();
    Some(super::normal(&policy, &Knowledge::default()).anything().unwrap().is_some())
}

/// Puts the number that a variable is said to equal in its place, where it is compared with another variable.
fn settled(assertions: Vec<Expression>) -> Vec<Expression> {
    let number = |variable: &str| {
        assertions.iter().find_map(|assertion| match parts(assertion).as_deref() {
            Some(["=", known, number]) if *known == variable => Some((*number).to_owned()),
            _ => None,
        })
    };
    let of = |assertion: &Expression| match parts(assertion).as_deref() {
        Some([name, one, two]) => {
            let two = number(two).unwrap_or_else(|| (*two).to_owned());
            Expression::List([*name, *one, two.as_str()].map(|word| Expression::Atom(word.to_owned())).to_vec())
        }
        _ => assertion.clone(),
    };
    assertions.iter().map(of).collect()
}

/// The words of a list that has no other in it.
fn parts(expression: &Expression) -> Option<Vec<&str>> {
    let Expression::List(parts) = expression else { return None };
    parts.iter().map(Expression::word).collect()
}

/// The constraint that an assertion, or its negation, is.
fn constraint(assertion: &Expression, holds: bool) -> Option<Value> {
    let Expression::List(parts) = assertion else { return None };
    let (Expression::Atom(name), operands) = parts.split_first()? else { return None };
    let joined = |name: &str| {
        let operands: Option<Vec<Value>> = operands.iter().map(|operand| constraint(operand, holds)).collect();
        Some(json!({ name: operands? }))
    };
    match (name.as_str(), holds) {
        ("not", _) => constraint(operands.first()?, !holds),
        ("and", true) | ("or", false) => joined("and"),
        ("or", true) | ("and", false) => joined("or"),
        ("<" | "<=" | ">" | ">=" | "=", _) => compared(name, operands, holds),
        _ => None,
    }
}

fn compared(name: &str, operands: &[Expression], holds: bool) -> Option<Value> {
    let [Expression::Atom(one), Expression::Atom(two)] = operands else { return None };
    let is_number = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    let table = [
        ("<", "lt", "gteq", "gt"),
        ("<=", "lteq", "gt", "gteq"),
        (">", "gt", "lteq", "lt"),
        (">=", "gteq", "lt", "lteq"),
        ("=", "eq", "neq", "eq"),
    ];
    let (_, plain, negated, turned) = table.into_iter().find(|(known, ..)| *known == name)?;
    let made = |variable: &str, operator: &str, number: &str| json!({"leftOperand": format!("urn:example:{variable}"), "operator": operator, "rightOperand": {"@value": number, "@type": "xsd:decimal"}});
    match (is_number(one), is_number(two), holds) {
        (false, true, true) => Some(made(one, plain, two)),
        (false, true, false) => Some(made(one, negated, two)),
        (true, false, true) => Some(made(two, turned, one)),
        // Two numbers: some quantity that is the one stands so to the other.
        (true, true, true) => Some(
            json!({"and": [made(&format!("number-{one}"), "eq", one), made(&format!("number-{one}"), plain, two)]}),
        ),
        (true, true, false) => Some(
            json!({"and": [made(&format!("number-{one}"), "eq", one), made(&format!("number-{one}"), negated, two)]}),
        ),
        (true, false, false) | (false, false, _) => None,
    }
}
