package enginetest

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
)

// Network is the connection between the adapter that is walked on and an emulator of its service, in one process and
// without sockets. Each request may be refused, cut or lost, the power cut before and after it has taken effect, and
// the owner writes in the middle of some.
type Network struct {
	Setup  Setup
	Server http.Handler
	// Call names a request as Setup.Hook has it.
	Call func(*http.Request) (call, id string)
	// Refuse makes Server answer the next request in one of the ways that leave it without effect.
	Refuse func(r *http.Request, call, id string, err error)
}

// RoundTrip implements http.RoundTripper.
func (n *Network) RoundTrip(r *http.Request) (*http.Response, error) {
	call, id := n.Call(r)
	err := n.Setup.Hook(call, "before", id)
	if call == "setlink" && n.Setup.Rand.IntN(8) == 0 {
		n.Setup.Meanwhile(id)
	}
	if err != nil {
		n.Refuse(r, call, id, err)
		return InProcess{n.Server}.RoundTrip(r)
	}
	res, err := InProcess{n.Server}.RoundTrip(r)
	written := call == "setlink" && err == nil && res.StatusCode < http.StatusMultipleChoices
	if written && n.Setup.Rand.IntN(12) == 0 {
		n.Setup.Meanwhile(id) // before what was written is read
	}
	if n.Setup.Hook(call, "after", id) != nil && err == nil {
		return lost(n.Setup.Rand, res)
	}
	return res, err
}

// lost is one of the ways in which the answer to a request gets lost that has taken effect.
func lost(chance *rand.Rand, res *http.Response) (*http.Response, error) {
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	var cut io.Reader = bytes.NewReader(body[:len(body)/2])
	switch chance.IntN(4) {
	case 0:
		return nil, io.ErrUnexpectedEOF
	case 1:
		res.StatusCode, cut = http.StatusBadGateway, strings.NewReader("<html>Bad Gateway</html>")
	case 2:
		cut = io.MultiReader(cut, broken{})
	}
	res.Body, res.ContentLength = io.NopCloser(cut), -1
	return res, nil
}

// broken is a connection that ends before its time.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// InProcess is a transport to a server that does not listen.
type InProcess struct{ Server http.Handler }

// RoundTrip implements http.RoundTripper. A handler that aborts is a connection that is cut.
func (t InProcess) RoundTrip(r *http.Request) (res *http.Response, err error) {
	sent := r.Clone(r.Context())
	if sent.Body == nil {
		sent.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	defer func() {
		p := recover()
		if cut, is := p.(error); is && errors.Is(cut, http.ErrAbortHandler) {
			res, err = nil, io.ErrUnexpectedEOF
		} else if p != nil {
			panic(p)
		}
	}()
	t.Server.ServeHTTP(w, sent)
	res = w.Result()
	res.Request = r
	return res, sent.Body.Close()
}

// Complained is what an emulator complains about when a walk ends, as one error.
func Complained(server interface{ Complaints() []string }) (err error) {
	for _, complaint := range server.Complaints() {
		err = errors.Join(err, errors.New("the emulator complains: "+complaint))
	}
	return err
}
