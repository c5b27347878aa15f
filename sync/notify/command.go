package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// command is a program that gets each message as JSON on its standard input.
type command struct {
	everything

	path string
}

// Alone is true: a program handles one message.
func (*command) Alone() bool { return true }

// maxSaid bounds what is read of a program's or a server's complaint, in bytes.
const maxSaid = 512

// Send runs the program for a message.
func (c *command) Send(ctx context.Context, list []Message) error {
	body, err := json.Marshal(list[0])
	if err != nil {
		return err
	}
	said := &bounded{}
	cmd := exec.CommandContext(ctx, c.path)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(append(body, '\n')), io.Discard, said
	cmd.WaitDelay = time.Second // a child of its own may keep the pipe open
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return errors.New("the program did not end in time")
	case errors.As(err, &exit):
		return fmt.Errorf("the program ended with %s%s", exit.ProcessState, said.behind())
	}
	return fmt.Errorf("the program could not be started: %w", err)
}

// bounded keeps the beginning of what is written to it.
type bounded struct{ text bytes.Buffer }

// Write keeps what there is room for.
func (b *bounded) Write(p []byte) (int, error) {
	if room := maxSaid - b.text.Len(); room > 0 {
		b.text.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// behind is what was written, for the end of a sentence.
func (b *bounded) behind() string {
	if said := strings.TrimSpace(strings.ToValidUTF8(b.text.String(), "?")); said != "" {
		return ": " + oneLine(said)
	}
	return ""
}
