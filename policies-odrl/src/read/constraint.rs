use serde_json::Value as Json;

use super::Reader;
use super::members::Members;
use crate::PolicyError;
use crate::model::{AtomicConstraint, Connective, Constraint, LogicalConstraint, Operator};
use crate::value::{Datatype, Value, xsd_datatype};
use crate::{names, profile};

const TYPES: &[&str] = &["Constraint", "AtomicConstraint", "LogicalConstraint"];

impl Reader {
    pub(super) fn constraints(
        &mut self,
        values: Vec<&Json>,
        path: &str,
        depth: usize,
    ) -> Result<Vec<Constraint>, PolicyError> {
        self.each(values, path, |reader, json, path| reader.constraint(json, path, depth))
    }

    fn constraint(&mut self, json: &Json, path: &str, depth: usize) -> Result<Constraint, PolicyError> {
        self.bounds.count_constraint(path, depth)?;
        let members = Members::of(json, path, &self.prefixes)?;
        let logical =
            Connective::ALL.into_iter().filter(|connective| members.has(connective.name())).collect::<Vec<_>>();
        let atomic =
            ["leftOperand", "operator", "rightOperand", "rightOperandReference"].iter().any(|name| members.has(name));
        match (logical.as_slice(), atomic) {
            ([], _) => Ok(Constraint::Atomic(Box::new(self.atomic(members)?))),
            ([connective], false) => Ok(Constraint::Logical(self.logical(members, *connective, depth)?)),
            ([_, ..], _) => {
                let reason = "a constraint has either a left operand, an operator and a right operand, or exactly one of \
                              `and`, `or`, `xone`, `andSequence`";
                Err(PolicyError::new(path, reason))
            }
        }
    }

    fn logical(
        &mut self,
        mut members: Members<'_>,
        connective: Connective,
        depth: usize,
    ) -> Result<LogicalConstraint, PolicyError> {
        let path = members.path_of(connective.name());
        let id = members.name("@id")?.map(|id| self.prefixes.expand(id));
        let operands = self.constraints(members.take(connective.name()), &path, depth + 1)?;
        let mut unknown = self.types(&mut members, TYPES);
        unknown.extend(self.unknown(members));
        Ok(LogicalConstraint { id, connective, operands, unknown })
    }

    fn atomic(&mut self, mut members: Members<'_>) -> Result<AtomicConstraint, PolicyError> {
        let missing = |members: &Members<'_>, member: &str| {
            let reason = format!("a constraint needs `{member}`");
            PolicyError::new(members.path_of(member), reason)
        };
        let id = members.name("@id")?.map(|id| self.prefixes.expand(id));
        let left = members.name("leftOperand")?.ok_or_else(|| missing(&members, "leftOperand"))?;
        let left_operand = self.prefixes.left_operand(left);
        let operator = members.name("operator")?.ok_or_else(|| missing(&members, "operator"))?;
        let operator = self.operator(operator);
        let data_type = members.name("dataType")?.map(|name| self.prefixes.expand(name));
        let datatype = datatype(&left_operand, data_type.as_deref());
        if !members.has("rightOperand") && !members.has("rightOperandReference") {
            return Err(missing(&members, "rightOperand"));
        }
        let values = members.take("rightOperand").into_iter();
        let operand = profile::operand(&left_operand);
        let counted = |value: Value| operand.map_or_else(|| value.clone(), |operand| operand.counted(value.clone()));
        let right_operands: Vec<_> =
            values.map(|value| counted(Value::read(value, &self.prefixes, datatype))).collect();
        let references = self.names(&mut members, "rightOperandReference")?;
        let unit = members.name("unit")?.map(|unit| self.prefixes.expand(unit));
        let status = members.one("status")?.map(|status| Value::read(status, &self.prefixes, datatype));
        let mut unknown = self.types(&mut members, TYPES);
        unknown.extend(self.unknown(members));
        Ok(AtomicConstraint {
            id,
            meaning: profile::meaning(&left_operand, &operator, &right_operands),
            left_operand,
            operator,
            right_operands,
            references,
            data_type,
            unit,
            status,
            unknown,
        })
    }

    fn operator(&self, name: &str) -> Operator {
        let expanded = self.prefixes.expand(name);
        Operator::named(names::odrl_name(&expanded).unwrap_or(&expanded))
    }
}

/// How a plain string is read as the right operand of a left operand.
pub(crate) fn datatype(left_operand: &str, data_type: Option<&str>) -> Datatype {
    match data_type {
        Some(iri) => xsd_datatype(iri).unwrap_or(Datatype::Text),
        None => profile::operand(left_operand).map_or(Datatype::Text, |operand| operand.datatype),
    }
}
