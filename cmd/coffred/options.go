package main

import (
	"flag"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/config"
)

// options are the flags that all commands share.
type options struct {
	file   string
	data   string
	listen string
	demo   bool
}

func (o *options) flags(name string, io stdio) *flag.FlagSet {
	f := flag.NewFlagSet("coffred "+name, flag.ContinueOnError)
	f.SetOutput(io.err)
	f.StringVar(&o.file, "config", "", "configuration `file` (YAML); without it, the demonstration's defaults")
	f.StringVar(&o.data, "data", "", "data `directory`, over the configuration's")
	return f
}

// load reads the configuration and lets environment, then flags, override it.
func (o *options) load(io stdio) (config.Config, error) {
	c := config.DemoDefaults()
	if o.file != "" {
		var err error
		if c, err = config.Load(o.file); err != nil {
			return config.Config{}, err
		}
	}
	c.Override(io.getenv)
	if o.data != "" {
		c.Data = o.data
	}
	if o.listen != "" {
		c.Listen = o.listen
	}
	if o.demo {
		c.Mode = config.Demo
	}
	if err := c.Resolve(); err != nil {
		return config.Config{}, err
	}
	if err := c.Validate(); err != nil {
		return config.Config{}, fmt.Errorf("configuration: %w", err)
	}
	return c, nil
}
