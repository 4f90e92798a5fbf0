<?php
// A small shop: it sells, sends its customers to the gateway, and keeps a book. It knows nothing of
// the desk but what its owner has put into it: an address as RetURL, and the lines for a copy.
declare(strict_types=1);

require getenv('SHOP_CLIENT');

const WAYS = ['copied' => '/return/copied', 'handed' => '/return/handed', 'logged' => '/return/logged'];
const WORDS = ['PAYSUCCESS' => '入金済', 'PAYFAIL' => '取消', 'REQSUCCESS' => '未入金'];

function home(): string
{
    return 'http://' . $_SERVER['HTTP_HOST'];
}

function state(string $name): string
{
    return getenv('SHOP_STATE') . '/' . $name;
}

function book(): array
{
    return is_file(state('book.json')) ? json_decode(file_get_contents(state('book.json')), true) : [];
}

function write_down(array $order): void
{
    $orders = book();
    $orders[$order['OrderID']] = $order + ($orders[$order['OrderID']] ?? []);
    file_put_contents(state('book.json'), json_encode($orders));
}

function show(string $heading, string $more = ''): void
{
    header('Content-Type: text/html; charset=UTF-8');
    $heading = htmlspecialchars($heading);
    echo "<!doctype html><html lang=ja><title>$heading</title><h1>$heading</h1>$more";
}

// As a web server writes it that logs bodies.
function log_access(string $body): void
{
    $line = sprintf(
        "%s - - [%s] \"%s %s HTTP/1.1\" 200 - \"-\" \"%s\"\n",
        $_SERVER['REMOTE_ADDR'],
        date('d/M/Y:H:i:s O'),
        $_SERVER['REQUEST_METHOD'],
        $_SERVER['REQUEST_URI'],
        $body === '' ? '-' : $body
    );
    file_put_contents(state('access.log'), $line, FILE_APPEND);
}

// An order is entered, and the customer sent on to the gateway's payment page.
function sell(array $typed): void
{
    $order = ['OrderID' => $typed['OrderID'], 'Amount' => $typed['Amount'], 'Tax' => $typed['Tax'],
        'ClientField1' => $typed['ClientField1']];
    // The owner's one change where results are handed on: the desk's address for the shop's.
    $order['RetURL'] = $typed['way'] === 'handed' ? getenv('SHOP_RETURN') : home() . WAYS[$typed['way']];
    write_down($order + ['Status' => 'REQSUCCESS', 'At' => date('Y/m/d H:i:s')]);
    header('Content-Type: text/html; charset=Windows-31J');
    echo page_to_gateway($order);
}

// The customer is back. A shop believes no result that is not signed with its own password.
function take_result(array $result): void
{
    $signed = ['ShopID', 'OrderID', 'Status', 'TranDate'];
    $text = implode('', array_map(fn ($name) => $result[$name], $signed)) . getenv('SHOP_PASS');
    if (!hash_equals(md5($text), strtolower($result['CheckString']))) {
        show('ご入金を確認しています');
        return;
    }
    write_down(['OrderID' => $result['OrderID'], 'Status' => $result['Status']]);
    show($result['Status'] === 'PAYSUCCESS' ? 'ご注文ありがとうございます' : 'お支払いは取り消されました');
}

// What its owner's spreadsheet opens.
function show_book(): void
{
    header('Content-Type: text/csv; charset=Windows-31J');
    $lines = ["注文番号,受注日時,商品代金,消費税,お客様名,入金状況"];
    foreach (book() as $one) {
        $lines[] = implode(',', [$one['OrderID'], $one['At'], $one['Amount'], $one['Tax'],
            $one['ClientField1'], WORDS[$one['Status']]]);
    }
    echo mb_convert_encoding(implode("\r\n", $lines) . "\r\n", 'SJIS-win', 'UTF-8');
}

function counter(): string
{
    $inputs = array_map(fn ($name) => "<label>$name <input name=$name></label>",
        ['OrderID', 'Amount', 'Tax', 'ClientField1', 'way']);
    return '<form method=post action=/orders>' . implode($inputs) . '<button>購入する</button></form>';
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$body = file_get_contents('php://input');
log_access($body);
if ($path === '/orders') {
    sell($_POST);
} elseif ($path === '/orders/checks') {
    write_down(['OrderID' => $_POST['OrderID'], 'Status' => status_at_gateway($_POST['OrderID'])]);
    show('確認しました');
} elseif (in_array($path, WAYS, true)) {
    take_result($_POST);
    if ($path === WAYS['copied']) {
        require state('copy.php');
    }
} elseif ($path === '/orders.csv') {
    show_book();
} else {
    show('小さな店', counter());
}
