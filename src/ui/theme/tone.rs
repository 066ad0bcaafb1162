//! The roles of a theme file: every colour the program can show has one of these names.

use crate::{domain::layer::Layer, engine::view::Role};

macro_rules! tones {
    ($($variant:ident = $name:literal,)*) => {
        /// One role of a theme.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Tone { $($variant,)* }

        impl Tone {
            pub(crate) const ALL: [Self; Self::COUNT] = [$(Self::$variant,)*];
            pub(crate) const COUNT: usize = [$($name,)*].len();

            /// The name in theme files.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

tones! {
    Bg = "bg",
    Surface = "surface",
    Select = "select",
    Text = "text",
    Muted = "muted",
    Border = "border",
    Accent = "accent",
    FocusFg = "focus_fg",
    Spot = "spot",
    ChipBg = "chip_bg",
    ChipFg = "chip_fg",
    Ok = "ok",
    Warn = "warn",
    Fail = "fail",
    Add = "add",
    AddBg = "add_bg",
    AddEm = "add_em",
    Del = "del",
    DelBg = "del_bg",
    DelEm = "del_em",
    Router = "router",
    Service = "service",
    Repository = "repository",
    Model = "model",
    SynKw = "syn_kw",
    SynStr = "syn_str",
    SynFn = "syn_fn",
}

impl Tone {
    pub(crate) fn from_layer(layer: Layer) -> Self {
        match layer {
            Layer::Router => Self::Router,
            Layer::Service => Self::Service,
            Layer::Repository => Self::Repository,
            Layer::Model => Self::Model,
            Layer::Schema
            | Layer::Migration
            | Layer::Config
            | Layer::Middleware
            | Layer::Error
            | Layer::Job
            | Layer::Test
            | Layer::Other => Self::Muted,
        }
    }

    pub(crate) fn from_role(role: Role) -> Self {
        match role {
            Role::Text => Self::Text,
            Role::Muted => Self::Muted,
            Role::Border => Self::Border,
            Role::Accent => Self::Accent,
            Role::Spot => Self::Spot,
            Role::Ok => Self::Ok,
            Role::Warn => Self::Warn,
            Role::Fail => Self::Fail,
            Role::Add => Self::Add,
            Role::Del => Self::Del,
            Role::Layer(layer) => Self::from_layer(layer),
            Role::Ansi(number) => Self::from_ansi(number),
        }
    }

    /// A command's own colour as the nearest role. Gold is not among them: it means "you
    /// are here" and nothing else.
    fn from_ansi(number: u8) -> Self {
        match number % 16 {
            1 | 9 => Self::Fail,
            2 | 10 => Self::Ok,
            3 | 11 => Self::Warn,
            4 | 12 => Self::Router,
            5 | 13 => Self::Service,
            6 | 14 => Self::Repository,
            0 | 8 => Self::Muted,
            _ => Self::Text,
        }
    }
}
