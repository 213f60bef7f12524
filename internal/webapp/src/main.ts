import './ui/tokens.css';
import './ui/base.css';
import './ui/components/button.css';
import './ui/components/field.css';
import './ui/components/rows.css';
import { mount } from 'svelte';
import App from './ui/App.svelte';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');
target.replaceChildren();
mount(App, { target });
