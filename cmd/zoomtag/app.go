package main

import (
	"fmt"
	"log/slog"

	"zoomtag/cmd/zoomtag/prompt"
	"zoomtag/cmd/zoomtag/show"
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
)

// flags are those that every command has.
type flags struct {
	config    string
	logLevel  string
	logFormat string
	json      bool
	wide      bool
}

// app is one command at work.
type app struct {
	term  *process
	flags flags
	tells bool // it prints what a pass reports
	shows bool // it prints the notices of the state
}

// logger writes to standard error.
func (a *app) logger() (*slog.Logger, error) {
	level := slog.LevelInfo
	if a.flags.logLevel == "" {
		return terminal.NewLogger(a.term.err, level, a.flags.logFormat)
	}
	if err := level.UnmarshalText([]byte(a.flags.logLevel)); err != nil {
		return nil, words.Usage(words.Mend(fmt.Errorf("there is no --log-level %q", a.flags.logLevel),
			"use debug, info, warn or error"))
	}
	return terminal.NewLogger(a.term.err, level, a.flags.logFormat)
}

// quietLogger is the logger of commands that print what they did: without --log-level it says only what is wrong.
func (a *app) quietLogger() (*slog.Logger, error) {
	if a.flags.logLevel == "" {
		return terminal.NewLogger(a.term.err, slog.LevelWarn, a.flags.logFormat)
	}
	return a.logger()
}

// printer prints for whoever has given the command: as wide as the screen, or, with --wide, whatever there is.
func (a *app) printer() *show.Printer {
	view := terminal.ViewOf(a.term.out, a.term.env)
	if a.flags.wide {
		view.Width = 0
	}
	return &show.Printer{Out: a.term.out, View: view, Now: a.term.now}
}

// table prints rows in columns.
func (a *app) table(rows [][]string) error {
	p := a.printer()
	return terminal.Table(p.Out, p.View, rows)
}

// asker puts questions to whoever has given the command.
func (a *app) asker() *prompt.Asker {
	asker := &prompt.Asker{In: a.term.in, Out: a.term.out}
	if screen, ok := terminal.FileOf(a.term.out); ok && prompt.CanChoose(a.term.in, a.term.screen(screen), a.term.env) {
		asker.Screen = screen
	}
	return asker
}
