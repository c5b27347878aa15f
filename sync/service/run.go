package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
	"unicode"

	"zoomtag/providers/words"
)

// Runner runs a program of the system until it ends or ctx does. That it has failed is no error: its code says so.
type Runner interface {
	Run(ctx context.Context, name string, args ...string) (Result, error)
}

// Result is what a program said, and with which code it ended.
type Result struct {
	Out, Err string
	Code     int
}

// complaint is what it said of its failure, in one line and without what a terminal would obey.
func (r Result) complaint() string {
	for _, text := range []string{r.Err, r.Out} {
		line := strings.Join(strings.FieldsFunc(text,
			func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }), " ")
		if line != "" {
			return line
		}
	}
	return fmt.Sprintf("exit code %d", r.Code)
}

// Programs runs the programs of the system, in English and with times in UTC. Env is added to the environment of this
// process.
type Programs struct{ Env []string }

// Run runs a program.
func (p Programs) Run(ctx context.Context, name string, args ...string) (Result, error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(append(os.Environ(), "LC_ALL=C", "TZ=UTC", "SYSTEMD_PAGER=", "SYSTEMD_COLORS=0"), p.Env...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = time.Second // a child of it may keep its output open
	err := cmd.Run()
	result := Result{Out: out.String(), Err: errs.String()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return result, ctx.Err()
	case errors.As(err, &exit):
		result.Code = exit.ExitCode()
		return result, nil
	case errors.Is(err, exec.ErrWaitDelay): // it ended well, and left a child behind
		return result, nil
	}
	return result, err
}

// Deadlines of programs: one that asks, and one that waits for a service to end, which finishes the step in hand for a
// minute and a half.
const (
	asks = 20 * time.Second
	ends = 2 * time.Minute
)

// errSilent is a program that did not end in time.
var errSilent = errors.New("it did not answer in time")

// call runs a program within a time, and says what is the matter where it cannot be run.
func (o *Options) call(ctx context.Context, within time.Duration, name string, args ...string) (Result, error) {
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	result, err := o.Run.Run(limited, name, args...)
	switch {
	case err == nil:
		return result, nil
	case ctx.Err() != nil:
		return result, ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return result, words.Say(err, "this system has no "+name)
	case limited.Err() != nil:
		return result, words.Mend(words.Say(errSilent, fmt.Sprintf("%s does not answer (waited %s for %s)", name,
			within, strings.Join(append([]string{name}, args...), " "))),
			"look whether the system is well, and try again")
	}
	return result, fmt.Errorf("%s cannot be run: %w", name, err)
}
