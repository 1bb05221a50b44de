use serde::{Deserialize, Serialize};

/// Whether the partner's state has to be asked for before ours can be relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Settling {
    /// There is no reason to doubt that the partner follows.
    #[default]
    Settled,
    /// A message was refused or messages crossed; the question for the partner's state is on its way.
    Asked,
    /// Something happened after the question was put, so its answer may be out of date and is to be asked for again.
    Overtaken,
}

impl Settling {
    /// Something moved: an answer that is on its way no longer counts.
    pub(crate) fn overtake(&mut self) {
        *self = match self {
            Self::Settled => Self::Settled,
            Self::Asked | Self::Overtaken => Self::Overtaken,
        };
    }

    /// Doubt has come up. Returns whether the question must be put, which is when none is on its way.
    pub(crate) fn doubt(&mut self) -> bool {
        let ask = *self == Self::Settled;
        *self = if ask { Self::Asked } else { Self::Overtaken };
        ask
    }
}
