//! [`Running`]: the language's engine with all that the shell has, and the names that were made so far. Invariant: what is typed is compiled
//! whole before any of it runs.

use std::rc::Rc;

use rebis_orm::Database;
use rhai::{AST, Dynamic, Engine, EvalAltResult, Scope, Token};
use tokio::runtime::Handle;

use crate::context::ShellContext;
use crate::error::{Eval, ShellError, refuse};
use crate::host::{Host, Interrupt, say};
use crate::names::{Db, Model, Ses};
use crate::shell::Done;
use crate::show::{is_known, show};
use crate::{functions, missing, of_column, of_model, of_object, of_query, of_session, of_sql};

type Setup = Box<dyn FnOnce(&mut ShellContext<'_>) + Send>;

/// A shell that runs.
pub(crate) struct Running {
    pub(crate) host: Host,
    engine: Engine,
    pub(crate) scope: Scope<'static>,
    /// Functions that were defined so far.
    functions: AST,
    /// What the application gave.
    pub(crate) given: Rc<Vec<(String, Dynamic)>>,
}

/// What came of one input.
pub(crate) enum Outcome {
    /// The value as text, when there is one.
    Value(Option<String>),
    Exit(i64),
}

impl Running {
    pub(crate) fn new(runtime: Handle, database: Database, interrupt: Interrupt, setups: Vec<Setup>) -> Self {
        let host = Host::new(runtime, database, interrupt);
        let mut engine = Engine::new();
        functions::register(&mut engine, &host);
        of_column::register(&mut engine);
        of_model::register(&mut engine, &host);
        of_object::register(&mut engine, &host);
        of_query::register(&mut engine);
        of_session::register(&mut engine, &host);
        of_sql::register(&mut engine, &host);
        let mut given = Vec::new();
        for setup in setups {
            setup(&mut ShellContext { engine: &mut engine, values: &mut given, host: &host });
        }
        let given = Rc::new(given);
        listen(&mut engine, &host, Rc::clone(&given));
        Running { host, engine, scope: Scope::new(), functions: AST::empty(), given }
    }

    /// Runs what was typed.
    pub(crate) fn evaluate(&mut self, text: &str) -> Result<Outcome, ShellError> {
        self.host.interrupt().forget();
        // The words alone, as at other prompts; `exit(1)` is a function.
        if matches!(text.trim().trim_end_matches(';'), "exit" | "quit") {
            return Ok(Outcome::Exit(0));
        }
        let ast = match self.engine.compile_with_scope(&Scope::new(), text) {
            Ok(ast) => ast,
            Err(error) => return Err(ShellError::of(&EvalAltResult::from(error), None)),
        };
        let ast = self.functions.merge(&ast);
        let done = self.engine.eval_ast_with_scope::<Dynamic>(&mut self.scope, &ast);
        // Functions stay, statements do not.
        self.functions = ast.clone_functions_only();
        match done {
            Ok(value) if value.is_unit() => Ok(Outcome::Value(None)),
            Ok(value) => match self.show(value) {
                Ok(text) => Ok(Outcome::Value(Some(text))),
                Err(error) => Err(ShellError::of(&error, None)),
            },
            Err(error) => match self.host.take_exit() {
                Some(code) => Ok(Outcome::Exit(code)),
                None => Err(ShellError::of(&error, self.host.take_missed())),
            },
        }
    }

    /// A value as the prompt answers with it; one of a type that the application brought says it itself.
    fn show(&self, value: Dynamic) -> Eval<String> {
        if is_known(&value) {
            return show(&self.host, &value);
        }
        let mut scope = Scope::new();
        scope.push_dynamic("it", value);
        self.engine.eval_with_scope::<Dynamic>(&mut scope, "it.to_string()").map(|text| text.to_string())
    }

    /// Runs a script that is all there is.
    pub(crate) fn whole(&mut self, text: &str) -> Result<Done, ShellError> {
        let (text, code) = match self.evaluate(text)? {
            Outcome::Value(text) => (text, 0),
            Outcome::Exit(code) => (None, code),
        };
        Ok(Done { text, code, uncommitted: self.host.session().is_uncommitted() })
    }

    /// Ends the session: what is not committed is rolled back.
    pub(crate) fn leave(&self) {
        self.host.interrupt().forget();
        // Objects are restored even when the server is gone; there is nobody left to tell.
        let _ = self.host.wait(self.host.session().rollback());
    }
}

/// Names, words and Ctrl-C.
#[allow(
    deprecated,
    reason = "rhai marks these as open to change between versions; its version is fixed by the lockfile"
)]
fn listen(engine: &mut Engine, host: &Host, given: Rc<Vec<(String, Dynamic)>>) {
    let h = host.clone();
    engine.on_var(move |name, _, context| {
        if context.scope().contains(name) {
            return Ok(None);
        }
        if let Some((_, value)) = given.iter().rev().find(|(known, _)| known == name) {
            return Ok(Some(value.clone()));
        }
        Ok(match name {
            "session" => Some(Dynamic::from(Ses)),
            "db" => Some(Dynamic::from(Db)),
            "null" | "None" => Some(Dynamic::UNIT),
            _ => match h.model(name) {
                Some(model) => Some(Dynamic::from(Model(model, h.clone()))),
                None => return missing::elsewhere(&h, name).map_or(Ok(None), refuse),
            },
        })
    });
    let h = host.clone();
    engine.on_missing_function(move |name, given, _, _| {
        // Not refused here, where nobody knows the place in the script.
        h.miss(missing::function(&h, name, given));
        Ok(None)
    });
    // Words that the language keeps for later, and that models and queries have use for.
    engine.on_parse_token(|token, _, _| match token {
        Token::Reserved(word) if matches!(word.as_str(), "new" | "with" | "is" | "null" | "exit") => {
            Token::Identifier(word)
        }
        token => token,
    });
    let interrupt = host.interrupt().clone();
    engine.on_progress(move |_| interrupt.is_raised().then_some(Dynamic::UNIT));
    engine.on_print(say);
    engine.on_debug(|text, _, _| say(text));
    engine.set_max_expr_depths(256, 128);
}
