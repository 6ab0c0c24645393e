export * from './control-bus.js';
export * from './control-transport.js';
export * from './control.module.js';
export * from './connect-control.js';
