//go:build unix

package main

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// browser gives a script the program xdg-open, behind which sits a person who agrees to everything. Other pages than
// those of this machine are not opened. It is used where DISPLAY is set.
func browser(env *testscript.Env) error {
	wanted := filepath.Join(env.WorkDir, ".wanted")
	if err := syscall.Mkfifo(wanted, 0o600); err != nil {
		return err
	}
	bin := filepath.Join(env.WorkDir, ".bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		return err
	}
	program := "#!/bin/sh\nprintf '%s\\n' \"$1\" > '" + wanted + "'\n"
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(program), 0o700); err != nil {
		return err
	}
	env.Setenv("PATH", bin+string(filepath.ListSeparator)+env.Getenv("PATH"))
	pages, err := os.OpenFile(wanted, os.O_RDWR, 0) // for writing as well, so that it does not end
	if err != nil {
		return err
	}
	ctx, leave := context.WithCancel(context.Background())
	env.Defer(func() {
		leave()
		pages.Close()
	})
	go func() {
		for lines := bufio.NewScanner(pages); lines.Scan(); {
			if at, err := url.Parse(lines.Text()); err == nil && at.Hostname() == "127.0.0.1" {
				visit(ctx, at.String())
			}
		}
	}()
	return nil
}

// visit opens a page. What goes wrong with it shows in the command that waits for it.
func visit(ctx context.Context, address string) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return
	}
	if res, err := http.DefaultClient.Do(r); err == nil {
		res.Body.Close()
	}
}
