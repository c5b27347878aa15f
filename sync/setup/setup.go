package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/files"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/sync/assemble"
)

// Options are what a set-up works with.
type Options struct {
	Path  string // of the configuration, whether it is there or not
	Home  string
	Env   func(string) string
	Kinds assemble.Kinds
	Out   io.Writer
	Quiet bool // guides are not shown
	// Ask puts a question, and Typed says that an answer can be given anew, since somebody has typed it.
	Ask   func(context.Context, Question) (string, error)
	Typed bool
	// Open opens a page in a browser; nil where there is none.
	Open func(page string) error
	// Assemble makes a builder of a configuration.
	Assemble func(*configs.Config) (*assemble.Builder, error)
	// SignInAccount and SignInCalendar have a person sign in, and SignOut ends that again.
	SignInAccount  func(context.Context, *configs.Config, configs.Zoom) error
	SignInCalendar func(context.Context, *configs.Config, configs.Calendar) error

	taken    map[string]bool  // names of calendars that there are
	folders  []watched        // those that are watched
	accounts configs.Accounts // those that there are; nil: none are
}

// Run asks, tries, and writes. It returns the name of the calendar. Where it fails nothing was written.
func Run(ctx context.Context, o Options, a Answers) (name string, err error) {
	d := &dialog{Options: o, answers: a, shown: map[string]bool{}, signedIn: map[string]bool{}}
	d.Ask = func(ctx context.Context, q Question) (string, error) {
		if q.Given == "" {
			d.asked++
		}
		return o.Ask(ctx, q)
	}
	before, err := d.present()
	if err != nil {
		return "", err
	}
	if d.Typed {
		fmt.Fprintln(d.Out, "A few questions; nothing is written before the last one is answered, and Ctrl-C leaves "+
			"everything as it is.")
	}
	c, err := d.calendar(ctx)
	if err != nil {
		return "", err
	}
	s, err := d.meetings(ctx)
	if err != nil {
		return "", err
	}
	if err = d.hosting(ctx, c, &s); err != nil {
		return "", err
	}
	return c.name, d.tryAndWrite(ctx, before, c, s)
}

// present is the configuration that is there, or nil. One with mistakes has to be mended first.
func (d *dialog) present() ([]byte, error) {
	d.taken = map[string]bool{}
	data, err := os.ReadFile(d.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, words.Usage(files.ReadError(d.Path, err))
	}
	cfg, err := configs.Load(d.Path, d.Env) // what will be tried names the same files and variables
	if err != nil {
		return nil, words.Usage(err)
	}
	b, err := d.Assemble(cfg)
	if err != nil {
		return nil, err
	}
	if found := b.Mistakes(); len(found) > 0 {
		return nil, words.Usage(errors.Join(found...))
	}
	for _, c := range cfg.Calendars {
		d.taken[c.Name] = true
		if c.ICS != nil {
			d.folders = append(d.folders, watched{c.Name, c.ICS.Path})
		}
	}
	d.accounts = cfg.Zoom
	fmt.Fprintf(d.Out, "%s is there: a calendar is added to it, and what it says stays.\n", d.Path)
	return data, nil
}

// tryAndWrite tries the answers, a part again where it is wrong and somebody can type another one, and writes them.
func (d *dialog) tryAndWrite(ctx context.Context, before []byte, c choice, s source) error {
	for {
		text := []byte(whole(d.Path, c, s))
		var err error
		if before != nil {
			if text, err = d.added(before, c, s); err != nil {
				return err
			}
		}
		err = d.attempt(ctx, text, c, s)
		var open *openChoice
		if d.Typed && errors.As(err, &open) {
			if err = d.choose(ctx, &c, open.list); err != nil {
				return err
			}
			continue
		}
		if err == nil && s.first != "" {
			fmt.Fprintf(d.Out, "The Zoom account that was there is called %s from now on.\n", s.first)
		}
		var wrong *wrongAnswer
		if !errors.As(err, &wrong) || !d.Typed || ctx.Err() != nil {
			return err
		}
		fmt.Fprintf(d.Out, "\nThat does not work: %s\nAnswer once more, or press Ctrl-C to leave everything as it "+
			"was.\n", words.Of(wrong.err))
		host, asked := s.host, d.asked
		err = nil
		switch wrong.about {
		case theAccount:
			s, err = d.meetings(ctx)
		case theCalendar:
			c, err = d.calendar(ctx)
		case theHost:
			host = ""
		}
		if s.host = host; err == nil && host == "" {
			err = d.hosting(ctx, c, &s)
		}
		if err != nil {
			return err
		}
		if d.asked == asked { // flags have answered all that is wrong, and would do so for ever
			return wrong
		}
	}
}

// openChoice says that the account holds several calendars, and that nobody has said which one is meant, or said it of
// none of them.
type openChoice struct {
	list []calendar.Listed
	said string
}

func (o *openChoice) Error() string { return words.Join(o.Plain(), o.Cure()) }

// Plain implements words.Plain: it is the cause.
func (o *openChoice) Plain() string {
	if o.said != "" {
		return fmt.Sprintf("the account has no calendar %q", o.said)
	}
	return "the account has several calendars"
}

// Cure implements words.Curable.
func (o *openChoice) Cure() string {
	flags := make([]string, len(o.list))
	for i, one := range o.list {
		flags[i] = fmt.Sprintf("--calendar-id %q", one.ID)
	}
	return "choose one with " + strings.Join(flags, " or ")
}

// toChoose says with which flag one of the account's calendars is chosen, where that is what is wrong, and nobody can
// be asked.
func (d *dialog) toChoose(ctx context.Context, source calendar.Calendar, err error) error {
	lister, ok := source.(calendar.Lister)
	unknown := errors.Is(err, calendar.ErrAbsent) && d.answers.CalendarID != ""
	about := unknown || errors.Is(err, calendar.ErrUnchosen)
	if !ok || d.Typed || !about {
		return err
	}
	list, listErr := lister.List(ctx)
	if listErr != nil || len(list) == 0 {
		return err // that says what is wrong as well
	}
	return words.Usage(&openChoice{list: list, said: d.answers.CalendarID})
}

// choose asks which of an account's calendars is meant, by its number.
func (d *dialog) choose(ctx context.Context, c *choice, list []calendar.Listed) error {
	choices := make([]Choice, len(list))
	for i, one := range list {
		choices[i] = Choice{Label: one.Name, Answer: strconv.Itoa(i + 1)}
		if one.ReadOnly {
			choices[i].Label += " (can be read, and not changed)"
		}
	}
	answer, err := d.Ask(ctx, Question{Title: "Which of the account's calendars?", Flag: "calendar-id", Default: "1",
		Choices: choices, Numbered: true,
		Help: "The number of the one that is to be watched.", Check: func(s string) (string, error) {
			if n, err := strconv.Atoi(strings.TrimSpace(s)); err != nil || n < 1 || n > len(list) {
				return "", fmt.Errorf("write a number from 1 to %d", len(list))
			}
			return strings.TrimSpace(s), nil
		}})
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(answer)
	if err != nil {
		return err
	}
	c.chosen = true
	c.add("calendar", list[n-1].ID, "")
	return nil
}

// open are the calendars of an account among which one has to be chosen yet; none where there is nothing to choose, or
// nobody to ask.
func (d *dialog) open(ctx context.Context, source calendar.Calendar, c choice) ([]calendar.Listed, error) {
	lister, ok := source.(calendar.Lister)
	decided := c.chosen || d.answers.CalendarID != ""
	several := c.kind == "caldav" || c.kind == outlookApp || c.kind == outlookPerson
	if !ok || !d.Typed {
		return nil, nil
	}
	if decided || !several {
		return nil, nil
	}
	list, err := lister.List(ctx)
	if err != nil || len(list) < 2 {
		return nil, err
	}
	return list, nil
}

// added is the configuration with the calendar in it, and with the account, where that is a new one.
func (d *dialog) added(before []byte, c choice, s source) ([]byte, error) {
	text, err := configs.AddCalendar(before, c.item(s))
	if err != nil {
		return nil, d.noPlace("calendars", c.item(s), err)
	}
	if s.mode == "" {
		return text, nil
	}
	if text, err = configs.AddAccount(text, s.item(), s.first); err != nil {
		return nil, d.noPlace("zoom", s.item(), err)
	}
	return text, nil
}

// noPlace says what somebody can write, where it cannot be added.
func (d *dialog) noPlace(key, item string, err error) error {
	if !errors.Is(err, configs.ErrNoPlace) {
		return err
	}
	return words.Usage(words.Mend(fmt.Errorf("%s: %s cannot take another without changing its lines, since %w",
		d.Path, key, err), "write it so, or add this yourself:\n"+item))
}

// wrongAnswer is what a service says of an answer.
type wrongAnswer struct {
	err   error
	about part
}

// part is what of the answers is wrong.
type part int

const (
	theCalendar part = iota
	theAccount
	theHost
)

func (w *wrongAnswer) Error() string { return w.err.Error() }
func (w *wrongAnswer) Unwrap() error { return w.err }

// attempt puts everything beside the configuration, tries it, and puts it into its place. What it has put there is
// removed where it fails.
func (d *dialog) attempt(ctx context.Context, text []byte, c choice, s source) (err error) {
	made := &stage{dir: filepath.Dir(d.Path), grants: d.grants}
	defer func() {
		d.grants = nil
		if open := (*openChoice)(nil); errors.As(err, &open) { // it goes on with what somebody has signed in for
			d.grants, made.grants = made.grants, nil
		}
		if err != nil {
			for _, file := range made.grants {
				delete(d.signedIn, file)
			}
			err = errors.Join(err, made.undo(d.Out))
		}
	}()
	if err = made.write(text, append(append([]file{}, c.secrets...), s.secrets...)); err != nil {
		return err
	}
	cfg, err := configs.Load(made.config, d.Env)
	if err != nil {
		return &wrongAnswer{err: unplaced(err)}
	}
	b, err := d.Assemble(cfg)
	if err != nil {
		return err
	}
	if found := b.Mistakes(); len(found) > 0 {
		said := strings.ReplaceAll(errors.Join(found...).Error(), made.config, d.Path)
		return &wrongAnswer{err: words.Usage(errors.New(said))}
	}
	if s.mode != "" {
		if err := d.tryAccount(ctx, cfg, b, made); err != nil {
			return err
		}
	}
	if err := d.tryCalendar(ctx, cfg, b, c, made); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return made.commit(d.Path)
}

// unplaced are mistakes of what would be written, without their lines, which nobody can look up: it is not there.
func unplaced(err error) error {
	var several *configs.Errors
	if !errors.As(err, &several) {
		return err
	}
	list := make([]error, len(several.List))
	for i, one := range several.List {
		list[i] = words.Mend(errors.New(one.Text), one.Cure)
	}
	return words.Usage(errors.Join(list...))
}

// tryAccount signs in at Zoom, and asks what doctor asks: whether the app has its scopes, and whether the host is one
// of the account.
func (d *dialog) tryAccount(ctx context.Context, cfg *configs.Config, b *assemble.Builder, made *stage) error {
	last := len(cfg.Zoom) - 1 // the one that is new
	z := cfg.Zoom[last]
	if z.Mode == configs.User {
		err := d.signIn(made, assemble.ZoomGrantFile(b.Grants, cfg.State, z),
			func() error { return d.SignInAccount(ctx, cfg, z) })
		if err != nil {
			return err
		}
	}
	inspector := b.Accounts[last].Inspector()
	if inspector == nil {
		return nil
	}
	lacking, err := inspector.Scopes(ctx)
	switch {
	case err != nil:
		return &wrongAnswer{err, theAccount}
	case len(lacking.Needed) > 0:
		return &wrongAnswer{words.Mend(fmt.Errorf("the Zoom app lacks %s", lacking.Needed[0].Name),
			"add it under Scopes at marketplace.zoom.us"), theAccount}
	}
	if z.Mode == configs.ServerToServer {
		if err := knows(ctx, b.Accounts[last].Service, z.Host); err != nil {
			return &wrongAnswer{err: err, about: theHost}
		}
	}
	fmt.Fprintln(d.Out, "Zoom takes the credentials.")
	return nil
}

// signIn has somebody sign in, once in a set-up.
func (d *dialog) signIn(made *stage, file string, ask func() error) error {
	if d.signedIn[file] {
		return nil
	}
	made.signedIn(file)
	err := ask()
	d.signedIn[file] = err == nil
	return err
}

// noMark is a mark that no meeting has.
const noMark = "zt-init"

// knows says why an account cannot have a host. It asks for the host's meetings, which every app may list that zoomtag
// works with.
func knows(ctx context.Context, service meeting.Service, host string) error {
	switch _, err := service.Find(ctx, host, noMark); {
	case errors.Is(err, meeting.ErrInvalid):
		return words.Mend(fmt.Errorf("the Zoom account has no user %s", host),
			"name the mail address with which the host signs in to Zoom")
	case !errors.Is(err, meeting.ErrNotFound):
		return err
	}
	return nil
}

// tryCalendar signs in for the calendar, and reads it.
func (d *dialog) tryCalendar(ctx context.Context, cfg *configs.Config, b *assemble.Builder, answered choice,
	made *stage) error {
	for _, c := range cfg.Calendars {
		if c.Name != answered.name {
			continue
		}
		if c.SignsIn() {
			err := d.signIn(made, assemble.GrantFile(cfg.State, c),
				func() error { return d.SignInCalendar(ctx, cfg, c) }) // and it is read with that
			if err != nil {
				return err
			}
		}
		s, err := b.Settings(c)
		if err != nil {
			return err
		}
		source, err := b.Source(c, s)
		if err != nil {
			return &wrongAnswer{err: err}
		}
		if list, err := d.open(ctx, source, answered); err != nil {
			return &wrongAnswer{err: err}
		} else if list != nil {
			return &openChoice{list: list}
		}
		if c.SignsIn() && !answered.chosen {
			return nil
		}
		return d.toChoose(ctx, source, d.read(ctx, source))
	}
	return fmt.Errorf("the calendar %s is not in what would be written", answered.name)
}

// read reads a calendar once.
func (d *dialog) read(ctx context.Context, source calendar.Calendar) error {
	if known, ok := source.(calendar.Introducer); ok {
		said, err := known.Introduce(ctx)
		if err != nil {
			return &wrongAnswer{err: err}
		}
		fmt.Fprintf(d.Out, "%s.\n", capital(said.Sentence))
		return nil
	}
	if _, err := source.Changes(ctx, ""); err != nil {
		return &wrongAnswer{err: err}
	}
	fmt.Fprintln(d.Out, "The calendar can be read.")
	return nil
}

// capital begins a sentence.
func capital(s string) string { return string(bytes.ToUpper([]byte(s[:1]))) + s[1:] }
