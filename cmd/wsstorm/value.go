package main

import (
	"errors"
	"fmt"
	"strings"
)

// field is the pflag.Value of every flag that holds one thing: where it is
// kept, how it is read and how it is written. What format writes, parse reads.
type field[T any] struct {
	to     *T
	parse  func(string) (T, error) // its error says what would be right
	format func(T) string
	noun   string // what --help calls the value
	names  []string
}

func (f *field[T]) Set(text string) error {
	v, err := f.parse(text)
	if err != nil {
		return err
	}
	*f.to = v
	return nil
}

func (f *field[T]) String() string { return f.format(*f.to) }
func (f *field[T]) Type() string   { return f.noun }

// choices returns the values that can be completed, if they are few.
func (f *field[T]) choices() []string { return f.names }

// list is the pflag.Value of a repeatable flag: each time it is given it adds to
// the list.
type list[T any] struct {
	to     *[]T
	parse  func(string) (T, error)
	format func(T) string
	noun   string
	names  []string
}

func (l *list[T]) Set(text string) error {
	v, err := l.parse(text)
	if err != nil {
		return err
	}
	*l.to = append(*l.to, v)
	return nil
}

// values returns what Set would have to be called with to make the list.
func (l *list[T]) values() []string {
	texts := make([]string, len(*l.to))
	for i, v := range *l.to {
		texts[i] = l.format(v)
	}
	return texts
}

func (l *list[T]) String() string    { return strings.Join(l.values(), ", ") }
func (l *list[T]) Type() string      { return l.noun }
func (l *list[T]) choices() []string { return l.names }

// text returns the value of a flag that takes any text but an empty one.
func text(to *string, noun string) *field[string] {
	return &field[string]{to: to, noun: noun, parse: parseText, format: asItIs}
}

var errEmpty = errors.New("it must not be empty")

func parseText(s string) (string, error) {
	if s == "" {
		return "", errEmpty
	}
	return s, nil
}

func asItIs(s string) string { return s }

// choice returns the value of a flag that takes one of names; the index of the
// name is what is kept.
func choice[T ~uint8](to *T, names ...string) *field[T] {
	return &field[T]{
		to: to, noun: strings.Join(names, "|"), names: names,
		parse: func(s string) (T, error) {
			for i, name := range names {
				if s == name {
					return T(i), nil
				}
			}
			return 0, fmt.Errorf("want %s%s", either(names), didYouMean(s, names))
		},
		format: func(v T) string { return names[v] },
	}
}

// either joins names for a sentence: "auto, epoll or portable".
func either(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
