//go:build !demo

package main

import (
	"context"
	"net"

	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/notice"
)

const demoBuilt = false

// demoMailbox of a production build: none.
func demoMailbox(config.Config) notice.Mailer { return nil }

// demoExtras of a production build: nothing.
func demoExtras(context.Context, config.Config, *stores, []net.Listener) (extras, error) {
	return extras{}, nil
}
