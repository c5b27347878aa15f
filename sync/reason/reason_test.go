package reason_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zoomtag/providers/words"
	"zoomtag/sync/doctor"
	"zoomtag/sync/reason"
)

// stable are the codes that were given out. One is added here, never changed.
var stable = strings.Fields(`tag-conflict no-such-account no-host waiting-room-conflict room-passcode no-registration
	host-cannot tag-uncounted word-refuses text-too-long tag-in-date
	no-start all-day zone-unknown date-apart date-waits not-ours not-writable guests-mailed other-link just-made grace maybe-moved
	id-too-long event-malformed event-incomplete event-changed event-gone not-listed-yet handed-over
	account-gone meeting-gone meeting-unsafe answer-lost earlier-meeting-shown earlier-meeting-sought not-checked
	link-not-kept meet-stays
	budget-spent zoom-rests zoom-sign-in zoom-denied zoom-refused zoom-unreachable zoom-failed
	brake other-calendar calendar-absent calendar-unchosen calendar-sign-in calendar-denied calendar-rests calendar-slow
	calendar-renamed calendar-unreadable unfinished overdue removing removed left-list
	not-tagged refused of-series same-event other-conference event-ended event-over
	invite-no-organizer invite-no-attendees invite-cancelled invite-no-link invite-unfit invite-folder
	list-unreadable list-shrunken
	fault unknown`)

// TestRows: the list is complete and stable, its codes are words and none of doctor's, and docs/held.md says the same.
func TestRows(t *testing.T) {
	raw, err := os.ReadFile("../../docs/held.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	var codes, causes []string
	for _, row := range reason.Codes() {
		codes, causes = append(codes, string(row.Code)), append(causes, row.Cause)
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(string(row.Code)) {
			t.Errorf("%q is no word", row.Code)
		}
		if !slices.Contains([]reason.State{reason.Held, reason.Waiting, reason.Ignored, reason.Failed}, row.State) {
			t.Errorf("%s is %q", row.Code, row.State)
		}
		for _, sentence := range []string{row.Cause, row.Cure} {
			if !strings.HasSuffix(sentence, ".") || strings.Contains(sentence, "|") {
				t.Errorf("%s: %q is no sentence", row.Code, sentence)
			}
		}
		inDoctor := ""
		if row.Doctor != "" {
			inDoctor = "`" + row.Doctor + "`"
			if !slices.ContainsFunc(doctor.Codes(), func(c doctor.Code) bool { return c.Code == row.Doctor }) {
				t.Errorf("%s: doctor has no %s", row.Code, row.Doctor)
			}
		}
		line := fmt.Sprintf("| `%s` | %s | %s | %s | %s |\n", row.Code, row.State, row.Cause, row.Cure, inDoctor)
		if !strings.Contains(page, line) {
			t.Errorf("docs/held.md lacks the line\n%s", line)
		}
		if got, known := row.Code.Row(); !known || got != row || row.Code.Cure() != row.Cure {
			t.Errorf("the row of %s is %+v", row.Code, got)
		}
	}
	if !slices.Equal(codes, stable) {
		t.Errorf("the codes are %q", codes)
	}
	if slices.Sort(causes); len(slices.Compact(causes)) != len(codes) {
		t.Error("two codes have the same cause")
	}
	listed := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (?:held|waiting|ignored|failed) \\|")
	for _, m := range listed.FindAllStringSubmatch(page, -1) {
		if !slices.Contains(codes, m[1]) {
			t.Errorf("docs/held.md has %s, which is no code", m[1])
		}
	}
	if _, known := reason.Code("").Row(); known || reason.Code("").Cure() != "" || reason.Code("ZT-101").Cure() != "" {
		t.Error("what is no code has a row")
	}
}

// TestGiven: a failure keeps its kind, its code and what people are told of it, whatever is wrapped around it.
func TestGiven(t *testing.T) {
	kind := words.Kind("not allowed")
	for name, tt := range map[string]struct {
		err  error
		code reason.Code
		told string
	}{
		"none":    {errors.New("no"), "", "no"},
		"because": {fmt.Errorf("a: b: %w", reason.Brake.Because("gone")), reason.Brake, "gone"},
		"mended":  {fmt.Errorf("a: b: %w", reason.Brake.Because("gone").Mend("look")), reason.Brake, "gone: look"},
		"of": {fmt.Errorf("a: %w", reason.AccountGone.Of(fmt.Errorf("%w: put it back", kind))), reason.AccountGone,
			"put it back"},
		"of plain": {fmt.Errorf("a: %w", reason.ZoomFails.Of(errors.New("502"))), reason.ZoomFails, "a: 502"},
		"of one":   {reason.CalendarFails.Of(reason.Brake.Because("gone")), reason.CalendarFails, "gone"},
	} {
		if code, told := reason.In(tt.err), words.Of(tt.err); code != tt.code || told != tt.told {
			t.Errorf("%s: %q %q", name, code, told)
		}
	}
	if err := reason.AccountGone.Of(fmt.Errorf("%w: put it back", kind)); !errors.Is(err, kind) {
		t.Error("the kind is lost")
	}
	var none reason.Reason
	if why := reason.Brake.Because("they are gone"); why.None() || why.Code() != reason.Brake || !none.None() {
		t.Errorf("%+v", why)
	}
}

// TestCureOf: the cure of a case goes before that of the code, and people are not told twice what holds as a rule.
func TestCureOf(t *testing.T) {
	rule := reason.Brake.Cure()
	for clause, c := range map[string]struct{ cure, told string }{
		"":                      {rule, "gone"},
		"run zoomtag release f": {"Run zoomtag release f.", "gone: run zoomtag release f"},
		words.Clause(rule):      {rule, "gone"},
	} {
		cure := reason.Brake.CureOf(clause)
		if told := reason.Brake.Told("gone", cure); cure != c.cure || told != c.told {
			t.Errorf("%q: %q, %q", clause, cure, told)
		}
	}
	if reason.Brake.Told("", rule) != "" || reason.Code("").Told("as it was said", "") != "as it was said" {
		t.Error("of no reason something is told")
	}
	far := fmt.Errorf("a: %w", words.Mend(words.Say(nil, "the disk is full"), "make room"))
	if why := reason.NotChecked.BecauseOf("unread: ", far); why.Plain() != "unread: the disk is full" ||
		why.Cure() != "make room" {
		t.Errorf("%q, %q", why.Plain(), why.Cure())
	}
}

// command finds a command of zoomtag's, which belongs into a cure.
var command = regexp.MustCompile(`zoomtag (release|retry|auth|sync|remove|cancel|init|service|config)\b|; (run|check|write) |: (run|check|write|take|give) `)

// TestCauseNamesNoCure: what is said as a cause does not say what to do about it, for programs read the cure by itself.
func TestCauseNamesNoCure(t *testing.T) {
	causes := 0
	sources(t, func(path string, file *ast.File, at *token.FileSet) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !saysCause(call) {
				return true
			}
			causes++
			for _, arg := range call.Args {
				ast.Inspect(arg, func(n ast.Node) bool {
					if text, ok := n.(*ast.BasicLit); ok && command.MatchString(text.Value) {
						t.Errorf("%s: the cause %s has a cure in it: say that with Mend", at.Position(n.Pos()), text.Value)
					}
					return true
				})
			}
			return true
		})
	})
	if causes < 100 {
		t.Errorf("%d causes were looked at", causes)
	}
}

// TestRuleIsTold: where a place gives a cure that is just the rule of its code, people are told it all the same.
func TestRuleIsTold(t *testing.T) {
	mended := 0
	sources(t, func(path string, file *ast.File, at *token.FileSet) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			mend, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || mend.Sel.Name != "Mend" {
				return true
			}
			because, ok := mend.X.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := because.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			mended++
			code := reason.Code(constants(t)[last(f.X)])
			rule := words.Clause(code.Cure())
			if clause := textOf(call.Args[0]); clause == rule && code.Told("why", code.Cure()) != "why: "+rule {
				t.Errorf("%s: the cure of %s is the rule, and nobody is told it", at.Position(call.Pos()), code)
			}
			return true
		})
	})
	if mended < 20 {
		t.Errorf("%d reasons with a cure were looked at", mended)
	}
	rule := reason.TagInDate.Cure()
	if told := reason.TagInDate.Told("why", rule); told != "why: "+words.Clause(rule) {
		t.Errorf("%q", told)
	}
}

// textOf is a text that stands in the program as it is, or "".
func textOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err == nil {
			return text
		}
	case *ast.BinaryExpr:
		if x, y := textOf(e.X), textOf(e.Y); x != "" && y != "" {
			return x + y
		}
	}
	return ""
}

// saysCause reports whether a call makes a cause: Because of this package, or Say of package words.
func saysCause(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	return ok && (f.Sel.Name == "Because" || last(f.X) == "words" && f.Sel.Name == "Say")
}

// sources visits each file of the program but those of this package and of tests.
func sources(t *testing.T, visit func(path string, file *ast.File, at *token.FileSet)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git" || strings.HasSuffix(d.Name(), "test")):
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		isSource := strings.HasSuffix(rel, ".go") && !strings.HasSuffix(rel, "_test.go")
		if err != nil || !isSource || strings.HasPrefix(rel, "sync/reason/") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, 0)
		if err == nil {
			visit(rel, file, files)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEachIsUsed: each code of the list is named by some place in the program, and none is written as a text.
func TestEachIsUsed(t *testing.T) {
	named := constants(t)
	used := map[string]bool{}
	sources(t, func(path string, file *ast.File, at *token.FileSet) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "reason" {
					used[n.Sel.Name] = true
				}
			case *ast.CallExpr:
				if makesCode(n) {
					t.Errorf("%s: a code is written as a text: name one of package reason", at.Position(n.Pos()))
				}
			}
			return true
		})
	})
	for name, code := range named {
		if !used[name] {
			t.Errorf("no place in the program names %s (%s)", name, code)
		}
		if !slices.Contains(stable, code) {
			t.Errorf("%s (%s) is not in the list", name, code)
		}
	}
	if len(named) != len(stable) {
		t.Errorf("%d names for %d codes", len(named), len(stable))
	}
}

// makesCode reports whether a call makes a code of a text that stands there.
func makesCode(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "Code" || len(call.Args) != 1 {
		return false
	}
	_, text := call.Args[0].(*ast.BasicLit)
	return text
}

// constants are the codes by the names that they have in the program.
func constants(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if text, ok := spec.Values[0].(*ast.BasicLit); ok {
				named[spec.Names[0].Name] = strings.Trim(text.Value, `"`)
			}
		}
		return true
	})
	return named
}

// TestNoneWithout: whoever puts an event or a calendar into a state in which something is waited for names the code
// in the same place.
func TestNoneWithout(t *testing.T) {
	seen := map[string]int{}
	sources(t, func(path string, file *ast.File, at *token.FileSet) {
		works := slices.ContainsFunc([]string{"sync/plan/", "sync/engine/", "sync/api/local/"},
			func(dir string) bool { return strings.HasPrefix(path, dir) })
		if !works {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			bare := ""
			switch n := n.(type) {
			case *ast.CompositeLit:
				bare = bareLiteral(n, seen)
			case *ast.BlockStmt:
				bare = bareList(n.List, seen)
			case *ast.CaseClause:
				bare = bareList(n.Body, seen)
			case *ast.FuncDecl:
				return n.Name.Name != "because" // it is the way to a code
			}
			if bare != "" {
				t.Errorf("%s: %s", at.Position(n.Pos()), bare)
			}
			return true
		})
	})
	for _, what := range []string{"literal", "assignment"} {
		if seen[what] == 0 {
			t.Errorf("no %s was looked at", what)
		}
	}
}

// stops are the states in which something is waited for, or left alone.
var stops = []string{"Held", "Failed", "Ignored"}

// reported are the types of which each value says what it is that somebody waits for.
var reported = []string{"waiting", "Problem", "WaitingStatus"}

// bareLiteral says what of a literal lacks a code; "" where nothing does.
func bareLiteral(lit *ast.CompositeLit, seen map[string]int) string {
	coded, stopped := false, ""
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return ""
		}
		switch key := last(kv.Key); {
		case key == "Code" || key == "why":
			coded = true
		case key == "State" && slices.Contains(stops, last(kv.Value)):
			stopped = "the state " + last(kv.Value)
		}
	}
	if name := last(lit.Type); slices.Contains(reported, name) && len(lit.Elts) > 0 {
		stopped = "a " + name
	}
	if stopped == "" {
		return ""
	}
	if seen["literal"]++; coded {
		return ""
	}
	return stopped + " has no code"
}

// with names what is assigned together: the second has the code of the first.
var with = map[string]string{"HeldReason": "HeldCode", "LastError": "ErrorCode"}

// bareList says which assignment of some statements lacks a code; "" where none does.
func bareList(list []ast.Stmt, seen map[string]int) string {
	assigned := map[string]bool{}
	for _, s := range list {
		a, ok := s.(*ast.AssignStmt)
		if !ok {
			continue
		}
		for i, to := range a.Lhs {
			sel, ok := to.(*ast.SelectorExpr)
			if !ok {
				continue
			}
			assigned[sel.Sel.Name] = true
			if sel.Sel.Name == "State" && len(a.Rhs) == len(a.Lhs) && slices.Contains(stops, last(a.Rhs[i])) {
				assigned["stopped"] = true
			}
		}
	}
	seen["assignment"] += len(assigned)
	for text, code := range with {
		if assigned[text] && !assigned[code] {
			return text + " is set without " + code
		}
	}
	if assigned["stopped"] {
		return "a state in which something is waited for is set by itself: say it with the code"
	}
	return ""
}

// last is the last name of an expression: Held of plan.Held.
func last(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
