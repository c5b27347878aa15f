package prompt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"zoomtag/sync/setup"
)

// terminal is a screen with a keyboard, as the kernel makes them: what is typed on keys comes from the screen.
func terminal(t *testing.T) (keys, screen *os.File) {
	t.Helper()
	t.Setenv("TERM", "xterm-256color") // what the list is drawn for
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	must(err)
	t.Cleanup(func() { keys.Close() })
	must(unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	must(err)
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	must(err)
	t.Cleanup(func() { screen.Close() })
	must(unix.IoctlSetWinsize(int(screen.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}))
	return keys, screen
}

// types waits until the screen shows each text, and then types what belongs to it. It returns what the screen shows
// when all is typed.
func types(t *testing.T, keys *os.File, script ...string) <-chan string {
	t.Helper()
	shown := make(chan string, 1)
	go func() {
		var all strings.Builder
		buf := make([]byte, 4096)
		from, last := 0, ""
		for len(script) > 0 {
			n, err := keys.Read(buf)
			if err != nil {
				break
			}
			all.Write(buf[:n])
			if strings.Contains(all.String()[from:], script[0]) {
				from = all.Len()
				if _, err := keys.WriteString(script[1]); err != nil {
					break
				}
				last, script = script[1], script[2:]
			}
		}
		shown <- all.String()
		go again(t.Context(), keys, last)
		for { // nobody is to wait for a screen that is full
			if _, err := keys.Read(buf); err != nil {
				return
			}
		}
	}()
	return shown
}

// again types the last answer once more, now and then, as people do: a list that goes may still have taken the first
// one.
func again(ctx context.Context, keys *os.File, answer string) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, err := keys.WriteString(answer); err != nil {
				return
			}
		}
	}
}

var colours = setup.Question{Title: "Which colour?", Help: "red or blue.", Flag: "colour", Default: "red",
	Choices: []setup.Choice{
		{Label: "Red, as a rose", Answer: "red"}, {Label: "Blue, as the sea", Answer: "blue"},
		{Label: "Another", Typed: "Which one?"}}}

// TestChoose: arrow keys and Enter choose, and what cannot be chosen is typed.
func TestChoose(t *testing.T) {
	const down, enter = "\x1b[B", "\r"
	for want, script := range map[string][]string{
		"red":   {"Another", enter},
		"blue":  {"Another", down + enter},
		"green": {"Another", down + down + enter, "Which one?", "green\r"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		keys, screen := terminal(t)
		shown := types(t, keys, script...)
		a := &Asker{In: screen, Out: screen, Screen: screen}
		// What is typed in the instant in which the list goes may still be taken by it.
		if got, err := a.Ask(ctx, colours); !strings.HasSuffix(got, want) || err != nil {
			t.Errorf("answered %q, %v, want %q", got, err, want)
			keys.Close()
			keys.Close()
		}
		if text := <-shown; !strings.Contains(text, "Red, as a rose") {
			t.Errorf("shown: %q", text)
		}
		cancel()
	}
}

// TestChooseStops: Ctrl-C ends the question, and so the command.
func TestChooseStops(t *testing.T) {
	keys, screen := terminal(t)
	types(t, keys, "Another", "\x03")
	a := &Asker{In: screen, Out: screen, Screen: screen}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if got, err := a.Ask(ctx, colours); !errors.Is(err, context.Canceled) {
		t.Errorf("%q, %v", got, err)
	}
}

// TestChooseWithoutScreen: elsewhere the same question is typed.
func TestChooseWithoutScreen(t *testing.T) {
	var out strings.Builder
	a := &Asker{In: strings.NewReader("blue\n"), Out: &out}
	if got, err := a.Ask(t.Context(), colours); got != "blue" || err != nil ||
		!strings.Contains(out.String(), "red or blue.") {
		t.Errorf("%q, %v: %s", got, err, out.String())
	}
	env := func(name string) string { return map[string]string{"TERM": "xterm"}[name] }
	_, screen := terminal(t)
	if !CanChoose(screen, true, env) || CanChoose(screen, false, env) || CanChoose(strings.NewReader(""), true, env) ||
		CanChoose(screen, true, func(string) string { return "1" }) {
		t.Error("where a bar can be moved is not told right")
	}
}
