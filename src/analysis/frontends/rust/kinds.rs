//! The node kinds and fields of the grammar that mean something here, as small enums.
//!
//! Kinds are looked up by the grammar's numbers in a table built once, so that the walk
//! compares no strings.

use std::{num::NonZeroU16, sync::OnceLock};
use tree_sitter::{Language, Node};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* } or $($extra:ident),*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum $name { $($variant,)* $($extra,)* }

        impl $name {
            fn of(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

named! {
    /// What a node is.
    Kind {
        AbstractType = "abstract_type",
        Arguments = "arguments",
        ArrayExpression = "array_expression",
        ArrayType = "array_type",
        AssignmentExpression = "assignment_expression",
        AsyncBlock = "async_block",
        Attribute = "attribute",
        AttributeItem = "attribute_item",
        AwaitExpression = "await_expression",
        BaseFieldInitializer = "base_field_initializer",
        BinaryExpression = "binary_expression",
        Block = "block",
        BlockComment = "block_comment",
        BooleanLiteral = "boolean_literal",
        BoundedType = "bounded_type",
        BracketedType = "bracketed_type",
        CallExpression = "call_expression",
        CapturedPattern = "captured_pattern",
        CharLiteral = "char_literal",
        ClosureExpression = "closure_expression",
        ClosureParameters = "closure_parameters",
        CompoundAssignment = "compound_assignment_expr",
        ConstBlock = "const_block",
        ConstItem = "const_item",
        Crate = "crate",
        DynamicType = "dynamic_type",
        ElseClause = "else_clause",
        EnumItem = "enum_item",
        EnumVariant = "enum_variant",
        ExpressionStatement = "expression_statement",
        FieldDeclaration = "field_declaration",
        FieldExpression = "field_expression",
        FieldIdentifier = "field_identifier",
        FieldInitializer = "field_initializer",
        FieldInitializerList = "field_initializer_list",
        FieldPattern = "field_pattern",
        FloatLiteral = "float_literal",
        ForExpression = "for_expression",
        ForLifetimes = "for_lifetimes",
        FunctionItem = "function_item",
        FunctionModifiers = "function_modifiers",
        FunctionSignatureItem = "function_signature_item",
        FunctionType = "function_type",
        GenericFunction = "generic_function",
        GenericType = "generic_type",
        GenericTypeWithTurbofish = "generic_type_with_turbofish",
        Identifier = "identifier",
        IfExpression = "if_expression",
        ImplItem = "impl_item",
        IndexExpression = "index_expression",
        InnerAttributeItem = "inner_attribute_item",
        IntegerLiteral = "integer_literal",
        Label = "label",
        LetCondition = "let_condition",
        LetDeclaration = "let_declaration",
        Lifetime = "lifetime",
        LineComment = "line_comment",
        LoopExpression = "loop_expression",
        MacroDefinition = "macro_definition",
        MacroInvocation = "macro_invocation",
        MatchArm = "match_arm",
        MatchBlock = "match_block",
        MatchExpression = "match_expression",
        MatchPattern = "match_pattern",
        Metavariable = "metavariable",
        MutableSpecifier = "mutable_specifier",
        ModItem = "mod_item",
        MutPattern = "mut_pattern",
        NegativeLiteral = "negative_literal",
        OrPattern = "or_pattern",
        OrderedFields = "ordered_field_declaration_list",
        Parameter = "parameter",
        Parameters = "parameters",
        ParenthesizedExpression = "parenthesized_expression",
        PointerType = "pointer_type",
        PrimitiveType = "primitive_type",
        QualifiedType = "qualified_type",
        RangeExpression = "range_expression",
        RawStringLiteral = "raw_string_literal",
        RefPattern = "ref_pattern",
        ReferenceExpression = "reference_expression",
        ReferencePattern = "reference_pattern",
        ReferenceType = "reference_type",
        ReturnExpression = "return_expression",
        ScopedIdentifier = "scoped_identifier",
        ScopedTypeIdentifier = "scoped_type_identifier",
        SelfParameter = "self_parameter",
        SelfValue = "self",
        ShorthandField = "shorthand_field_identifier",
        ShorthandFieldInitializer = "shorthand_field_initializer",
        SlicePattern = "slice_pattern",
        StaticItem = "static_item",
        StringLiteral = "string_literal",
        StructExpression = "struct_expression",
        StructItem = "struct_item",
        StructPattern = "struct_pattern",
        Super = "super",
        TokenRepetition = "token_repetition",
        TokenTree = "token_tree",
        TraitBounds = "trait_bounds",
        TraitItem = "trait_item",
        TryBlock = "try_block",
        TryExpression = "try_expression",
        TupleExpression = "tuple_expression",
        TuplePattern = "tuple_pattern",
        TupleStructPattern = "tuple_struct_pattern",
        TupleType = "tuple_type",
        TypeArguments = "type_arguments",
        TypeBinding = "type_binding",
        TypeCastExpression = "type_cast_expression",
        TypeIdentifier = "type_identifier",
        TypeItem = "type_item",
        TypeParameters = "type_parameters",
        UnaryExpression = "unary_expression",
        UnionItem = "union_item",
        UnitExpression = "unit_expression",
        UnitType = "unit_type",
        UnsafeBlock = "unsafe_block",
        UseDeclaration = "use_declaration",
        VisibilityModifier = "visibility_modifier",
        WhereClause = "where_clause",
        WhileExpression = "while_expression",
    } or Token, Unreadable, Any
}

named! {
    /// What a child is to its parent.
    Field {
        Alternative = "alternative",
        Arguments = "arguments",
        Body = "body",
        Condition = "condition",
        Consequence = "consequence",
        Element = "element",
        Member = "field",
        Function = "function",
        Left = "left",
        Macro = "macro",
        Name = "name",
        Operator = "operator",
        Parameters = "parameters",
        Path = "path",
        Pattern = "pattern",
        ReturnType = "return_type",
        Right = "right",
        Trait = "trait",
        Type = "type",
        Value = "value",
    } or None
}

impl Kind {
    /// Whether the walk stays outside: texts, names, and what no fact is made from.
    pub(super) fn is_leaf(self) -> bool {
        matches!(
            self,
            Self::StringLiteral
                | Self::RawStringLiteral
                | Self::CharLiteral
                | Self::NegativeLiteral
                | Self::LineComment
                | Self::BlockComment
                | Self::UseDeclaration
                | Self::VisibilityModifier
                | Self::FunctionModifiers
                | Self::Lifetime
                | Self::ForLifetimes
                | Self::Label
                | Self::MacroDefinition
                | Self::WhereClause
                | Self::TypeParameters
                | Self::InnerAttributeItem
                | Self::TokenRepetition
        )
    }

    /// Whether this is a function, type, module or other definition.
    pub(super) fn is_item(self) -> bool {
        matches!(
            self,
            Self::ConstItem
                | Self::EnumItem
                | Self::FunctionItem
                | Self::FunctionSignatureItem
                | Self::ImplItem
                | Self::MacroDefinition
                | Self::ModItem
                | Self::StaticItem
                | Self::StructItem
                | Self::TraitItem
                | Self::TypeItem
                | Self::UnionItem
                | Self::UseDeclaration
        )
    }
}

/// The grammar's numbers, resolved.
pub(super) struct Grammar {
    kinds: Vec<Kind>,
    fields: Vec<Field>,
}

impl Grammar {
    /// The table of the grammar, built on first use.
    pub(super) fn get() -> &'static Self {
        static GRAMMAR: OnceLock<Grammar> = OnceLock::new();
        GRAMMAR.get_or_init(|| {
            let language = Language::from(tree_sitter_rust::LANGUAGE);
            let kinds = (0..u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX))
                .map(|id| match language.node_kind_is_named(id) {
                    true => language.node_kind_for_id(id).and_then(Kind::of).unwrap_or(Kind::Any),
                    false => Kind::Token,
                })
                .collect();
            let fields = (0..=u16::try_from(language.field_count()).unwrap_or(u16::MAX))
                .map(|id| language.field_name_for_id(id).and_then(Field::of).unwrap_or(Field::None))
                .collect();
            Self { kinds, fields }
        })
    }

    /// What a node is.
    pub(super) fn kind(&self, node: &Node<'_>) -> Kind {
        if node.is_error() || node.is_missing() {
            return Kind::Unreadable;
        }
        self.kinds.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Any)
    }

    /// What a child is to its parent.
    pub(super) fn field(&self, id: Option<NonZeroU16>) -> Field {
        id.and_then(|id| self.fields.get(usize::from(id.get()))).copied().unwrap_or(Field::None)
    }
}
