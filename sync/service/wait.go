package service

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/words"
)

// properties are what systemd tells of the unit.
type properties map[string]string

// asked are the properties that are needed.
const asked = "LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,ActiveEnterTimestamp,Result,MainPID,ExecMainStatus,NRestarts,NeedDaemonReload,Job"

// properties asks for them. Of a unit that there is none of systemd tells as well.
func (s *systemd) properties(ctx context.Context) (properties, error) {
	result, err := s.systemctl(ctx, "show", "--property="+asked, unitName)
	if err != nil {
		return nil, err
	}
	if result.Code != 0 {
		return nil, words.Say(nil, "systemd does not tell of the service: "+result.complaint())
	}
	p := properties{}
	for line := range strings.Lines(result.Out) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		p[name] = value
	}
	return p, nil
}

// active reports whether zoomtag has said that it works. A reload is work.
func (p properties) active() bool {
	return p["ActiveState"] == "active" || p["ActiveState"] == "reloading"
}

// up reports whether a process of the service may be there.
func (p properties) up() bool {
	return p.active() || p["ActiveState"] == "activating" || p["ActiveState"] == "deactivating"
}

// pending reports whether systemd has not done yet what it was told: all else is how things were before.
func (p properties) pending() bool { return p["Job"] != "" && p["Job"] != "0" }

func (p properties) enabled() bool     { return p["UnitFileState"] == "enabled" }
func (p properties) needsReload() bool { return p["NeedDaemonReload"] == "yes" }

// failed reports whether the start has failed: systemd has given up, or waits for the next try.
func (p properties) failed() bool {
	tries, err := strconv.Atoi(p["NRestarts"])
	again := err == nil && tries > 0 && p["ActiveState"] == "activating"
	return p["ActiveState"] == "failed" || p["SubState"] == "auto-restart" || again
}

// since is when it began to work.
func (p properties) since() *time.Time {
	at, err := time.Parse("Mon 2006-01-02 15:04:05 MST", p["ActiveEnterTimestamp"])
	if err != nil || !p.active() {
		return nil
	}
	at = at.UTC()
	return &at
}

// How long a start may take, which systemd itself gives up after a minute and a half, and how often is looked.
const (
	starts    = 2 * time.Minute
	firstLook = 50 * time.Millisecond
	lastLook  = time.Second
)

// wait waits until zoomtag answers, or has failed.
func (s *systemd) wait(ctx context.Context, state string) error {
	limited, cancel := context.WithTimeout(ctx, starts)
	defer cancel()
	began := time.Now()
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		p, err := s.properties(limited)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case limited.Err() != nil:
			return s.failure(ctx, p, began)
		case err != nil:
			return err
		case p.pending():
		case p.failed():
			return s.failure(ctx, p, began)
		case p.active():
			if version, err := s.Alive(limited, state); err == nil && version != "" {
				return nil
			}
		}
		select {
		case <-limited.Done():
		case <-time.After(pause):
		}
	}
}

// failure tells why the service does not run, with its last words.
func (s *systemd) failure(ctx context.Context, p properties, since time.Time) error {
	w := p.why()
	if w.cause == "" {
		w.cause = fmt.Sprintf("zoomtag has not answered for %s", starts)
	}
	lines := s.journal(ctx, since)
	if len(lines) == 0 {
		return w.fails("\nIts last words could not be read here; this shows them where they are kept: " + s.journalLine())
	}
	return w.fails(below(lines))
}

// why is why the service does not run, and what mends that, as a clause.
type why struct{ cause, cure string }

// fails is w as an error, with what stands below it.
func (w why) fails(below string) error {
	return words.Mend(words.Say(nil, "the service does not run: "+w.cause+below), w.cure)
}

// below are its last words, below why it does not run.
func below(lines []string) string { return "\nIts last words:\n  " + strings.Join(lines, "\n  ") }

// exits are what it means that zoomtag has ended with a code, or systemd before it: zoomtag's own are below 10
// (systemd.exec(5), process exit codes).
var exits = map[string]why{
	"1": {"zoomtag ended with a failure; systemd goes on trying", "mend what its last words name"},
	"2": {"the configuration is wrong, as the service reads it", "mend it, and run zoomtag service install again"},
	"3": {"another zoomtag holds the state", "end that one, and systemd starts this one by itself"},
	"200": {"the folder in which it is to work is not there (status 200/CHDIR)",
		"look at WorkingDirectory= in its drop-ins"},
	"203": {"systemd may not run the program (status 203/EXEC)",
		"put it where the service may look, such as /usr/local/bin, and install again"},
	"217": {"this system lets persons have no user namespaces (status 217/USER)",
		"run zoomtag service install again, which does without"},
	"218": {"systemd may not take capabilities away (status 218/CAPABILITIES)",
		"look at the drop-ins for settings that only root's systemd can keep"},
	"226": {"systemd cannot close folders to it (status 226/NAMESPACE)",
		"look whether each folder in its drop-ins is there, and install again"},
	"228": {"systemd cannot forbid system calls (status 228/SECCOMP)", "look at SystemCallFilter= in its drop-ins"},
	"238": {"systemd cannot make the folder of the state (status 238/STATE_DIRECTORY)",
		"look what lies at " + stateFolder},
	"243": {"systemd cannot read a secret (status 243/CREDENTIALS)", "look at LoadCredential= in its drop-ins"},
}

// readWords is the cure where only zoomtag itself has said what is wrong.
const readWords = "look at its last words"

// why is why the service failed; none where it has not.
func (p properties) why() why {
	if !p.failed() {
		return why{}
	}
	if known, is := exits[p["ExecMainStatus"]]; is && p["Result"] == "exit-code" {
		return known
	}
	switch p["Result"] {
	case "timeout":
		return why{"zoomtag has not said in time that it is ready", readWords + ", or start it by hand with zoomtag run"}
	case "watchdog":
		return why{"zoomtag has hung, and systemd starts it again", readWords}
	case "oom-kill":
		return why{"zoomtag took more memory than it may (MemoryMax= in its unit)",
			"raise it in a drop-in, or lower limits in the configuration"}
	case "exit-code":
		return why{"it ended with status " + p["ExecMainStatus"], readWords}
	}
	return why{"systemd says " + strconv.Quote(p["Result"]), readWords}
}

// lastWords is how many lines of the journal are shown.
const lastWords = 8

// journalLine is the command that shows the journal.
func (s *systemd) journalLine() string {
	if s.Scope == Person {
		return "journalctl --user -u zoomtag"
	}
	return "journalctl -u zoomtag"
}

// journal are the last lines of the service since a time; none where the journal cannot be read, which is no other
// failure.
func (s *systemd) journal(ctx context.Context, since time.Time) (lines []string) {
	args := []string{"--quiet", "--no-pager", "--output=cat", "--lines=" + strconv.Itoa(lastWords)}
	if s.Scope == Person {
		args = append(args, "--user")
	}
	if !since.IsZero() {
		args = append(args, "--since=@"+strconv.FormatInt(since.Unix(), 10))
	}
	result, err := s.call(ctx, asks, "journalctl", append(args, "--unit="+unitName)...)
	if err != nil || result.Code != 0 {
		return nil
	}
	for line := range strings.Lines(result.Out) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
