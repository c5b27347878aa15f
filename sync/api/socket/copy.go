package socket

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

// A copy of the state is answered by a reply on a line of its own, with the api.BackupReport, and the bytes behind it.
// The file is written by whoever asks: the daemon may be another user, or be kept from writing elsewhere.
const copyPath = "/copy"

// takeTime is how long a command may let its daemon wait with a part of a copy: the state cannot grow meanwhile.
const takeTime = 30 * time.Second

// copy answers with a copy of the state.
func (h *handler) copy(w http.ResponseWriter, r *http.Request) {
	var request nothing
	err := readRequest(w, r, &request)
	began := false
	if err == nil {
		err = h.current().Backup(r.Context(), func(report api.BackupReport) (io.Writer, error) {
			value, err := json.Marshal(report)
			if err != nil {
				return nil, err
			}
			began = true
			out := &hasty{w: w, rc: http.NewResponseController(w)}
			return out, json.NewEncoder(out).Encode(reply{Value: value})
		})
	}
	switch {
	case err != nil && began:
		h.log.Warn("a copy of the state was broken off", "reason", err)
		h.breakOff(w)
	case err != nil:
		if err := json.NewEncoder(w).Encode(replyOf(err)); err != nil {
			h.log.Debug("the command did not wait for its answer", "reason", err)
		}
	}
}

// breakOff ends an answer that is not whole, so that whoever reads it knows.
func (h *handler) breakOff(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		err = conn.Close()
	}
	if err != nil {
		h.log.Warn("an answer could not be broken off", "reason", err)
	}
}

// hasty writes to somebody who must not wait long before taking it.
type hasty struct {
	w  io.Writer
	rc *http.ResponseController
}

func (h *hasty) Write(b []byte) (int, error) {
	if err := h.rc.SetWriteDeadline(time.Now().Add(takeTime)); err != nil {
		return 0, err
	}
	return h.w.Write(b)
}

// Backup has the daemon send a copy of its state.
func (r *Client) Backup(ctx context.Context, take api.TakeBackup) error {
	watched, release := r.watched(ctx)
	defer release()
	err := r.backup(watched, take)
	if silent := context.Cause(watched); err != nil && errors.Is(silent, ErrSilent) {
		return silent
	}
	return err
}

func (r *Client) backup(ctx context.Context, take api.TakeBackup) error {
	resp, err := r.send(ctx, copyPath, []byte("{}"))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound {
		return words.Mend(errors.New("the running zoomtag is of another version"), "restart it")
	}
	in := bufio.NewReader(resp.Body)
	var answer reply
	line, err := in.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &answer)
	}
	if err != nil {
		return fmt.Errorf("the running zoomtag did not answer: %w", err)
	}
	if err := answer.err(); err != nil {
		return err
	}
	var report api.BackupReport
	if err := json.Unmarshal(answer.Value, &report); err != nil {
		return err
	}
	out, err := take(report)
	if err != nil {
		return err
	}
	return receive(out, in, report.Bytes)
}

// receive takes a copy of so many bytes. What goes wrong with out is returned as it is.
func receive(out io.Writer, in io.Reader, size int64) error {
	from := &broken{Reader: in}
	_, err := io.CopyN(out, from, size)
	if from.err != nil {
		return words.Mend(words.Say(from.err, "the running zoomtag broke the copy off"),
			"look into its log for the cause, then try again")
	}
	return err
}

// broken remembers why nothing more could be read.
type broken struct {
	io.Reader
	err error
}

func (b *broken) Read(p []byte) (n int, err error) {
	n, err = b.Reader.Read(p)
	if n == 0 && err != nil { // what was read before its end may have been all
		b.err = err
	}
	return n, err
}
