// The example applications in a real browser. Invariant: a case that fails is named, the others still run, and the exit code says so.
import assert from "node:assert/strict";
import { launch, look, looks, start, visit } from "./harness.mjs";

const cases = [];
const test = (name, run) => cases.push({ name, run });

/** A word that breaks nowhere. */
const long = (letters) => "Donaudampfschiff".repeat(16).slice(0, letters);

test("flasky: first visit, known visitor, another name, invalid input", async (browser) => {
  const app = await start("flasky");
  try {
    const page = await visit(browser);
    await page.goto(app.url);
    assert.match(await page.textContent("h1"), /Hello, Stranger!/);
    const submit = async (name) => {
      await page.getByLabel("What is your name?").fill(name);
      await page.getByRole("button", { name: "Submit" }).click();
      await page.waitForLoadState();
    };
    await submit("Susan");
    assert.match(await page.textContent("h1"), /Hello, Susan!/);
    await page.getByText("Pleased to meet you!").waitFor();
    await submit("Susan");
    await page.getByText("Happy to see you again!").waitFor();
    await submit("John");
    await page.getByText("Looks like you have changed your name!").waitFor();
    await page.reload();
    assert.equal(await page.getByText("Looks like you have changed your name!").count(), 0, "a message is shown once");
    // Past the browser's own checks, to the server's.
    await page.evaluate(() => (document.querySelector("form").noValidate = true));
    await submit("");
    const field = page.getByLabel("What is your name?");
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.ok(await page.locator(".invalid-feedback").isVisible());
    await page.done();
    for (const kind of looks) {
      const page = await visit(browser, kind);
      await page.goto(app.url);
      await look(page, "flasky", kind);
      await page.evaluate(() => (document.querySelector("form").noValidate = true));
      await page.getByRole("button", { name: "Submit" }).click();
      await page.locator(".invalid-feedback").waitFor();
      await look(page, "flasky-invalid", kind);
      await page.done();
    }
  } finally {
    await app.stop();
  }
});

test("flasky: a form without its token is refused", async (browser) => {
  const app = await start("flasky");
  try {
    for (const kind of looks) {
      const page = await visit(browser, kind);
      await page.goto(app.url);
      await page.getByLabel("What is your name?").fill("Mallory");
      await page.evaluate(() => (document.querySelector("[name=csrf_token]").value = "guessed"));
      const [answer] = await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Submit" }).click()]);
      assert.equal(answer.status(), 403);
      await look(page, "flasky-refused", kind);
      await page.goto(app.url);
      assert.match(await page.textContent("h1"), /Stranger/);
      await page.done();
    }
  } finally {
    await app.stop();
  }
});

test("flasky: the list of users in pages, and a message that is shown once", async (browser) => {
  const app = await start("flasky", { commands: [["db", "upgrade"], ["insert"]] });
  try {
    const page = await visit(browser);
    const name = async (text) => {
      await page.goto(app.url);
      await page.getByLabel("What is your name?").fill(text);
      await page.getByRole("button", { name: "Submit" }).click();
      await page.waitForLoadState();
    };
    for (let number = 10; number < 34; number += 1) await name(`visitor${number}`);
    await name(long(64));
    await page.getByText("Looks like you have changed your name!").waitFor();
    await page.goto(`${app.url}/users`);
    const pages = page.getByRole("navigation", { name: "Pages of users" });
    assert.equal(await page.locator("main tbody tr").count(), 10);
    await pages.getByRole("link", { name: "Next" }).click();
    assert.match(page.url(), /page=2$/);
    assert.equal(await pages.locator("[aria-current=page]").innerText(), "2");
    await pages.getByRole("link", { name: "3" }).click();
    assert.match(await page.textContent("main tbody"), /visitor33/);
    assert.equal(await pages.getByRole("link", { name: "Next" }).count(), 0, "the last page has no next");
    assert.equal((await page.goto(`${app.url}/users?page=99`)).status(), 200);
    assert.equal((await page.goto(`${app.url}/nowhere`)).status(), 404);
    assert.match(await page.textContent("h1"), /Not Found/);
    await page.done();
    for (const kind of looks) {
      const page = await visit(browser, kind);
      await page.goto(app.url);
      for (const text of ["Ann", long(64)]) {
        await page.getByLabel("What is your name?").fill(text);
        await page.getByRole("button", { name: "Submit" }).click();
        await page.waitForLoadState();
      }
      await look(page, "flasky-message", kind);
      for (const number of [1, 2]) {
        await page.goto(`${app.url}/users?page=${number}`);
        await look(page, `flasky-users-${number}`, kind);
      }
      await page.goto(`${app.url}/nowhere`);
      await look(page, "flasky-404", kind);
      await page.goto(`${app.url}/user/${long(64)}`);
      await look(page, "flasky-user", kind);
      await page.done();
    }
  } finally {
    await app.stop();
  }
});

test("flasky: what a visitor types stays text", async (browser) => {
  const app = await start("flasky");
  try {
    const page = await visit(browser);
    const hostile = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    for (const path of ["/", `/user/${encodeURIComponent(hostile)}`]) {
      await page.goto(app.url + path);
      const field = page.getByLabel("What is your name?");
      if (await field.count()) {
        // Too long, so that it is shown again inside the control, then short enough, so that it is kept and shown in the heading.
        await page.evaluate(() => (document.querySelector("form").noValidate = true));
        await field.evaluate((input, text) => { input.removeAttribute("maxlength"); input.value = text; }, hostile);
        await page.getByRole("button", { name: "Submit" }).click();
        await page.waitForLoadState();
        assert.equal(await page.getByLabel("What is your name?").inputValue(), hostile);
        await page.getByLabel("What is your name?").fill("<img src=x onerror=document.title=1>");
        await page.getByRole("button", { name: "Submit" }).click();
        await page.waitForLoadState();
        assert.match(await page.innerText("h1"), /Hello, <img src=x/);
      }
      assert.equal(await page.locator("main img").count(), 0, path);
      assert.doesNotMatch(await page.title(), /owned|^1$/, path);
    }
    await page.done();
  } finally {
    await app.stop();
  }
});

test("microblog: pages, and the debug bar by keyboard", async (browser) => {
  const app = await start("microblog", { commands: [["db", "upgrade"], ["demo"]] });
  try {
    for (const kind of looks) {
      const page = await visit(browser, kind);
      await page.goto(app.url);
      assert.ok(await page.getByText("my first post!").isVisible());
      await look(page, "microblog", kind);
      const summary = page.locator("rebis-debug-bar summary").first();
      assert.match(await summary.innerText(), /2 queries/);
      const colour = await summary.evaluate((element) => getComputedStyle(element).borderRadius);
      assert.equal(colour, "20px", "the bar has its style sheet");
      await summary.focus();
      await page.keyboard.press("Enter");
      assert.ok(await page.getByText("SELECT", { exact: false }).first().isVisible());
      await look(page, "debug-bar", kind);
      await page.keyboard.press("Enter");
      await page.getByRole("link", { name: "john" }).click();
      assert.match(await page.textContent("h1"), /john/);
      await look(page, "microblog-user", kind);
      assert.equal((await page.goto(`${app.url}/user/nobody`)).status(), 404);
      await look(page, "microblog-404", kind);
      await page.goto(`${app.url}/__rebis/requests`);
      await page.getByRole("link", { name: /user\/nobody/ }).first().click();
      await page.getByRole("heading", { name: "Queries" }).waitFor();
      await look(page, "request", kind);
      await page.done();
    }
  } finally {
    await app.stop();
  }
});

test("microblog: nothing yet, and words that break nowhere", async (browser) => {
  const words = `let u = User(#{username: "${long(64)}", email: "${long(60)}@example.com"}); session.add(u); session.add(Post(#{body: "${long(140)}", author: u})); session.commit()`;
  const pages = {
    empty: [[], { "microblog-empty": "/", "data-empty": "/__rebis/data/t/user/" }],
    long: [[["db", "upgrade"], ["shell", "-c", words]], {
      "microblog-long": "/",
      "microblog-user-long": `/user/${long(64)}`,
      "data-rows-long": "/__rebis/data/t/user/",
      "data-row-long": "/__rebis/data/t/post/row?key=1",
    }],
  };
  for (const [commands, shown] of Object.values(pages)) {
    const app = await start("microblog", { commands });
    try {
      for (const kind of looks) {
        const page = await visit(browser, kind);
        for (const [name, path] of Object.entries(shown)) {
          assert.equal((await page.goto(app.url + path)).status(), 200);
          await look(page, name, kind);
        }
        await page.done();
      }
    } finally {
      await app.stop();
    }
  }
});

test("people and movies: empty, and with rows", async (browser) => {
  const filled = {
    people: [["add", "Ada Lovelace", "--age", "36", "--job", "mathematician"], ["add", long(60)]],
    movies: [["db", "upgrade"], ["populate"]],
  };
  for (const [example, commands] of Object.entries(filled)) {
    for (const [name, debug, typed] of [[`${example}-empty`, false, []], [example, true, commands]]) {
      const app = await start(example, { debug, commands: typed });
      try {
        for (const kind of looks) {
          const page = await visit(browser, kind);
          assert.equal((await page.goto(app.url)).status(), 200);
          assert.equal(await page.locator("tbody tr").count() > 0, typed.length > 0);
          await look(page, name, kind);
          await page.done();
        }
      } finally {
        await app.stop();
      }
    }
  }
});

test("microblog: the error page of the debug mode, and the plain one without", async (browser) => {
  // Without its tables every page fails.
  const app = await start("microblog", { upgrade: false });
  try {
    for (const kind of looks) {
      const page = await visit(browser, kind);
      const answer = await page.goto(app.url);
      assert.equal(answer.status(), 500);
      assert.match(await page.textContent("h1"), /no such table/);
      assert.ok(await page.getByText("examples/microblog/src/routes.rs").first().isVisible());
      await look(page, "error", kind);
      await page.done();
    }
  } finally {
    await app.stop();
  }
  const plain = await start("microblog", { upgrade: false, debug: false });
  try {
    for (const kind of looks) {
      const page = await visit(browser, kind);
      assert.equal((await page.goto(plain.url)).status(), 500);
      assert.doesNotMatch(await page.content(), /table|SELECT|__rebis/);
      await look(page, "plain-500", kind);
      assert.equal((await page.goto(`${plain.url}/__rebis/`)).status(), 404);
      await page.done();
    }
  } finally {
    await plain.stop();
  }
});

test("data browser: rows found, changed, refused, added, deleted, in pages", async (browser) => {
  const app = await start("microblog", { commands: [["db", "upgrade"], ["demo"]] });
  try {
    const page = await visit(browser);
    for (let number = 10; number < 40; number += 1) {
      const data = { username: `user${number}`, email: `user${number}@example.com` };
      const made = await page.request.post(`${app.url}/api/users`, { data });
      assert.equal(made.status(), 201);
    }
    await page.goto(`${app.url}/__rebis/`);
    await page.getByRole("link", { name: "user", exact: true }).click();
    await page.getByText("32 rows").waitFor();
    await page.getByRole("link", { name: "Next" }).click();
    assert.match(await page.textContent("tbody"), /user39/);
    await page.getByLabel("Column").selectOption("username");
    await page.getByLabel("Condition").selectOption("contains");
    await page.getByLabel("Value").fill("jo");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByText("1 row", { exact: true }).waitFor();
    await page.getByRole("link", { name: /^Open/ }).click();

    await page.getByLabel("username").fill("susan");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("This value is already taken.").waitFor();
    assert.equal(await page.getByLabel("username").getAttribute("aria-invalid"), "true");
    await page.getByLabel("username").fill("johnny");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    assert.match(await page.textContent("h1"), /johnny/);

    await page.getByRole("link", { name: "1 Post" }).click();
    await page.getByRole("link", { name: /^Open/ }).click();
    await page.getByText("Delete this row").click();
    await page.getByRole("button", { name: /^Delete/ }).click();
    await page.getByText(/^Deleted /).waitFor();
    await page.getByRole("link", { name: "Add a row" }).click();
    await page.getByLabel(/^body/).fill("from the browser");
    await page.getByLabel(/^user_id/).selectOption({ index: 1 });
    await page.getByRole("button", { name: "Add" }).click();
    await page.getByText("Saved.").waitFor();
    await page.goto(app.url);
    await page.getByText("from the browser").waitFor();

    // A form without its token, or by another name of this machine, changes nothing.
    const refused = await page.request.post(`${app.url}/__rebis/data/t/user/delete?key=1`, { form: { csrf_token: "guessed" } });
    assert.equal(refused.status(), 403);
    const rebound = await page.request.get(`${app.url}/__rebis/data/`, { headers: { host: "evil.example" } });
    assert.equal(rebound.status(), 403);
    await page.done();

    for (const kind of looks) {
      const page = await visit(browser, kind);
      const shown = {
        tables: "/__rebis/data/",
        rows: "/__rebis/data/t/user/",
        sorted: "/__rebis/data/t/user/?sort=-username&page=2",
        none: "/__rebis/data/t/user/?c=username&o=eq&v=nobody",
        wrong: "/__rebis/data/t/user/?c=id&o=eq&v=abc",
        row: "/__rebis/data/t/user/row?key=1",
        new: "/__rebis/data/t/post/new",
        schema: "/__rebis/data/schema",
        migrations: "/__rebis/data/migrations",
        requests: "/__rebis/requests",
      };
      for (const [name, path] of Object.entries(shown)) {
        await page.goto(app.url + path);
        await look(page, `data-${name}`, kind);
      }
      await page.goto(`${app.url}/__rebis/data/t/user/row?key=1`);
      await page.getByLabel("username").fill("susan");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("This value is already taken.").waitFor();
      await look(page, "data-refused", kind);
      await page.getByLabel("username").fill(`susan-${kind.name}`);
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved.").waitFor();
      await page.getByText("Delete this row").click();
      await look(page, "data-saved", kind);
      await page.done();
    }
  } finally {
    await app.stop();
  }
});

const wanted = process.argv[2] ?? "";
const browser = await launch();
let failed = 0;
let ran = 0;
for (const { name, run } of cases.filter((one) => one.name.includes(wanted))) {
  ran += 1;
  try {
    await run(browser);
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n${error.stack ?? error}\n`);
  }
}
await browser.close();
console.log(`${ran - failed} of ${ran} passed in ${browser.version()}; pictures in ${process.env.REBIS_BROWSER_SHOTS}`);
process.exit(failed === 0 && ran > 0 ? 0 : 1);
