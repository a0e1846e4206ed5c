import { expect, it } from 'vitest';
import { as, home, stageOf } from './origins';

it('gives each person an origin of the same server', () => {
  expect(as('alice', 'http://localhost:8080/pay?x=1').href).toBe('http://alice.localhost:8080/pay?x=1');
  expect(as('bob', 'http://127.0.0.1:8081').origin).toBe('http://bob.localhost:8081');
  expect(as('bob', 'https://sandbox.example.com/').origin).toBe('https://bob.sandbox.example.com');
});

it('leaves an address alone that can have no names under it', () => {
  expect(as('alice', 'http://192.168.1.7:8081').origin).toBe('http://192.168.1.7:8081');
});

it('does not name a person twice', () => {
  expect(as('bob', 'https://bob.sandbox.example.com/').origin).toBe('https://bob.sandbox.example.com');
});

it('finds the stage from a phone', () => {
  expect(stageOf('alice', new URL('http://alice.localhost:8081/phone?person=alice'))).toBe('http://localhost:8081');
  expect(stageOf('alice', new URL('http://192.168.1.7:8081/phone?person=alice'))).toBe('http://192.168.1.7:8081');
});

it('calls a loopback address by the name that phones can live under', () => {
  expect(home(new URL('http://127.0.0.1:8081/'))).toBe('http://localhost:8081/');
  expect(home(new URL('http://localhost:8081/'))).toBeNull();
  expect(home(new URL('https://sandbox.example.com/'))).toBeNull();
});
