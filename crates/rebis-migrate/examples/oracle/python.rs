//! Python's way of writing a value, as far as the recorded rows hold it. Invariant: what is not understood is [`Py::Opaque`], never a guess.

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Py {
    /// `sa.Column('a', …)`: the name without what stands before its last point, arguments, keyword arguments.
    Call(String, Vec<Py>, Vec<(String, Py)>),
    Text(String),
    /// A number, a name, True, None …
    Word(String),
    List(Vec<Py>),
    Dict(Vec<(Py, Py)>),
    /// `<an object at 0x…>`
    Opaque(String),
}

impl Py {
    pub(crate) fn parse(text: &str) -> Py {
        let mut reader = Reader { text, at: 0 };
        reader.value().unwrap_or_else(|| Py::Opaque(text.to_owned()))
    }

    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Py::Text(text) => Some(text.clone()),
            Py::Call(name, arguments, _) if name == "f" || name == "quoted_name" => arguments.first()?.text(),
            _ => None,
        }
    }

    /// The texts of a list; a column counts by its name.
    pub(crate) fn texts(&self) -> Option<Vec<String>> {
        match self {
            Py::List(items) => items
                .iter()
                .map(|i| match i {
                    Py::Call(name, arguments, _) if name == "Column" => arguments.first()?.text(),
                    other => other.text(),
                })
                .collect(),
            other => other.text().map(|t| vec![t]),
        }
    }

    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(self, Py::Word(w) if w == word)
    }

    pub(crate) fn key(&self, name: &str) -> Option<&Py> {
        match self {
            Py::Call(_, _, keys) => keys.iter().find(|(k, _)| k == name).map(|(_, v)| v),
            Py::Dict(items) => items.iter().find(|(k, _)| k.text().as_deref() == Some(name)).map(|(_, v)| v),
            _ => None,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        loop {
            let rest = self.rest();
            let skipped = rest.len() - rest.trim_start().len();
            if skipped > 0 {
                self.at += skipped;
            } else if rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    fn take(&mut self, word: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn value(&mut self) -> Option<Py> {
        self.space();
        let first = self.rest().chars().next()?;
        match first {
            '\'' | '"' => self.string().map(Py::Text),
            '[' | '(' => {
                self.at += 1;
                let (items, _) = self.items(if first == '[' { ']' } else { ')' })?;
                Some(Py::List(items))
            }
            '{' => {
                self.at += 1;
                let mut items = Vec::new();
                while !self.take("}") {
                    let key = self.value()?;
                    self.take(":").then_some(())?;
                    items.push((key, self.value()?));
                    self.take(",");
                }
                Some(Py::Dict(items))
            }
            '<' => {
                let mut depth = 0usize;
                let end = self.rest().char_indices().find_map(|(i, c)| {
                    match c {
                        '<' => depth += 1,
                        '>' => depth -= 1,
                        _ => {}
                    }
                    (depth == 0).then_some(i + 1)
                })?;
                let text = self.rest()[..end].to_owned();
                self.at += end;
                Some(Py::Opaque(text))
            }
            _ => self.name(),
        }
    }

    fn name(&mut self) -> Option<Py> {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '*');
        let end = self.rest().find(|c| !fits(c)).unwrap_or(self.rest().len());
        (end > 0).then_some(())?;
        let name = self.rest()[..end].trim_start_matches('*').to_owned();
        self.at += end;
        if !self.rest().starts_with('(') {
            if self.rest().starts_with(['\'', '"']) {
                return self.string().map(Py::Text);
            }
            return Some(Py::Word(name));
        }
        self.at += 1;
        let (arguments, keys) = self.items(')')?;
        let name = name.rsplit('.').next().unwrap_or_default().to_owned();
        // `literal_column('x').label('foo')` is the column for us.
        while self.rest().starts_with('.') {
            self.at += 1;
            self.name()?;
        }
        Some(Py::Call(name, arguments, keys))
    }

    #[allow(clippy::type_complexity, reason = "arguments, and arguments with their names")]
    fn items(&mut self, close: char) -> Option<(Vec<Py>, Vec<(String, Py)>)> {
        let (mut items, mut keys) = (Vec::new(), Vec::new());
        loop {
            self.space();
            if self.rest().starts_with(close) {
                self.at += 1;
                return Some((items, keys));
            }
            let value = self.value()?;
            match value {
                Py::Word(name) if self.rest().starts_with('=') => {
                    self.at += 1;
                    keys.push((name, self.value()?));
                }
                value => items.push(value),
            }
            self.take(",");
        }
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.rest().chars().next()?;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            match c {
                '\\' => {
                    let (_, next) = chars.next()?;
                    text.push(match next {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    });
                }
                c if c == quote => {
                    self.at += i + 1;
                    return Some(text);
                }
                c => text.push(c),
            }
        }
        None
    }
}
