//! The completions of the application's own binary, in real shells. Invariant: what is completed is what the program understands.

use std::process::Command;

use rebis_testkit::Completion;

#[test]
fn shells_complete_the_words() {
    let script = |shell: &str| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_microblog")).args(["completions", shell]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let microblog = Completion::of("microblog");
    microblog.gives(script, "microblog db downg", "downgrade");
    microblog.gives(script, "microblog de", "demo");
    microblog.gives(script, "microblog shell --comm", "--command");
}
