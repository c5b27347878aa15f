package service

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/words"
)

// there reports whether the person has a session at the screen.
func (l *launchd) there(ctx context.Context) bool {
	result, err := l.call(ctx, asks, "launchctl", "print", l.domain())
	return err == nil && result.Code == 0
}

// boot has launchd read the property list. One that it has read before is forgotten first, which takes until zoomtag
// has ended.
func (l *launchd) boot(ctx context.Context, loaded bool) error {
	if loaded {
		if err := l.out(ctx); err != nil {
			return err
		}
	}
	for _, args := range [][]string{{"enable", l.target()}, {"bootstrap", l.domain(), l.path()}} {
		if err := l.must(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// out has launchd end the service and forget it, and waits until it has.
func (l *launchd) out(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, ends)
	defer cancel()
	const underway = 36 // "Operation now in progress": it has begun to end
	result, err := l.call(limited, ends, "launchctl", "bootout", l.target())
	if err == nil && result.Code != 0 && result.Code != underway {
		err = words.Say(nil, "launchd refuses: "+result.complaint()+" (on launchctl bootout "+l.target()+")")
	}
	for err == nil {
		var state agent
		if state, err = l.ask(limited); err == nil && !state.loaded {
			return nil
		}
		select {
		case <-limited.Done():
			err = words.Mend(words.Say(errSilent, "zoomtag does not end"), "look at "+l.log())
		case <-time.After(lastLook):
		}
	}
	return err
}

// must runs launchctl where only success goes on.
func (l *launchd) must(ctx context.Context, args ...string) error {
	result, err := l.call(ctx, asks, "launchctl", args...)
	switch {
	case err != nil || result.Code == 0:
		return err
	case result.Code == noDomain, strings.Contains(result.Err, "Domain does not support specified action"):
		return words.Mend(words.Say(nil, "nobody is signed in at the screen of this Mac, and launchd keeps "+
			"services of persons for those alone"), "sign in there, and run the command again")
	}
	return words.Say(nil, "launchd refuses: "+result.complaint()+" (on launchctl "+strings.Join(args, " ")+")")
}

// The codes with which launchctl ends where it knows no such service, or no such domain (launchctl error).
const (
	noService = 113
	noDomain  = 125
)

// agent is what launchd tells of the service.
type agent struct {
	loaded bool
	state  string
	exit   string // the last exit code; "" or "(never exited)" where there is none
}

var told = regexp.MustCompile(`(?m)^\t(state|last exit code) = (.*)$`)

// ask asks for it. What launchctl prints is for people, and is read for two lines alone.
func (l *launchd) ask(ctx context.Context) (agent, error) {
	result, err := l.call(ctx, asks, "launchctl", "print", l.target())
	if err != nil || result.Code != 0 {
		if err == nil && result.Code != noService && result.Code != noDomain {
			err = words.Say(nil, "launchd does not tell of the service: "+result.complaint())
		}
		return agent{}, err
	}
	a := agent{loaded: true}
	for _, m := range told.FindAllStringSubmatch(result.Out, -1) {
		if m[1] == "state" {
			a.state = m[2]
		} else {
			a.exit, _, _ = strings.Cut(m[2], ":")
		}
	}
	return a, nil
}

// failed reports whether it has ended with a failure.
func (a agent) failed() bool {
	code, err := strconv.Atoi(a.exit)
	ended := err == nil && code != 0
	return ended && a.loaded && a.state != "running"
}

// why is why it does not run.
func (a agent) why() why {
	if known, is := exits[a.exit]; is && len(a.exit) == 1 {
		ours := strings.NewReplacer("systemd", "launchd")
		return why{ours.Replace(known.cause), ours.Replace(known.cure)}
	}
	return why{"it ended with status " + a.exit, readWords}
}

// wait waits until zoomtag answers, or has failed.
func (l *launchd) wait(ctx context.Context, state string) error {
	limited, cancel := context.WithTimeout(ctx, starts)
	defer cancel()
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		if version, err := l.Alive(limited, state); err == nil && version != "" {
			l.say("It runs: zoomtag status shows how the calendars are, zoomtag service status how the service is.")
			return nil
		}
		a, err := l.ask(limited)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case limited.Err() != nil:
			return words.Mend(words.Say(errSilent,
				"the service does not run: zoomtag has not answered for "+starts.String()), "look at "+l.log())
		case err != nil:
			return err
		case a.failed():
			return a.why().fails(below(l.journal()))
		}
		select {
		case <-limited.Done():
		case <-time.After(pause):
		}
	}
}

// journal are the last lines of its log; none where there is none.
func (l *launchd) journal() []string {
	const tail = 8 << 10
	file, err := os.Open(l.log())
	if err != nil {
		return nil
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > tail {
		_, err = file.Seek(-tail, 2)
		if err != nil {
			return nil
		}
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(file); err != nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	return lines[max(0, len(lines)-lastWords):]
}
